// SPDX-License-Identifier: BSL-1.0
//
// One walk over all that is below a root: how many bytes it is, and the temporary files that
// processes left behind which were killed. Those are removed. Nothing is followed out of the root.

#pragma once

#include <asio_httpd/file.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_httpd::features {

// The size of all regular files that stay, in bytes. What cannot be read is left out.
std::uint64_t sweep_uploads(const file& root);

// Of all that is in a folder, but "." and "..". Throws std::system_error where it cannot be read.
std::vector<std::string> names_in(const file& folder);

// Whether it is what saved_file calls a file that has no name yet: ".upload-" and 16 digits.
bool is_temporary_name(std::string_view name) noexcept;

// Removes a file unless a process has it locked. One that is empty and young may be about to be:
// it stays. Says whether it is gone.
bool remove_leftover(int folder, const std::string& name) noexcept;

}  // namespace asio_httpd::features
