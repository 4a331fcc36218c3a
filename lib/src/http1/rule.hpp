// SPDX-License-Identifier: BSL-1.0
//
// The rules of messages by their bare names, as this floor is full of them.

#pragma once

#include "http/rule.hpp"

namespace asio_httpd::http1 {

using http::answer_to;
using http::rule;
using http::rule_count;
using http::source_of;

}  // namespace asio_httpd::http1
