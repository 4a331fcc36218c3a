// SPDX-License-Identifier: BSL-1.0
//
// Content-Disposition of what browsers shall save and not show (RFC 6266).

#pragma once

#include <string>
#include <string_view>

namespace asio_httpd::features {

// `attachment; filename="..."`, with `name` as the name of the file that is saved; "attachment"
// alone where it is empty. Any bytes: a name that is not plain ASCII stands there a second time as
// UTF-8 (`filename*`, RFC 8187), and in ASCII with "_" for the rest. Slashes and control characters
// are "_" in both. The result is a valid value of a field. Any thread.
std::string attachment_disposition(std::string_view name);

}  // namespace asio_httpd::features
