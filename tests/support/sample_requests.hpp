// SPDX-License-Identifier: BSL-1.0
//
// Two requests whose heads are read again and again where reading is measured.

#pragma once

#include <string_view>

namespace test_support {

inline constexpr std::string_view browser_request =
    "GET /gallery/2024/05/a-walk-along-the-coast-04.jpg?size=large HTTP/1.1\r\n"
    "Host: pictures.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: image/avif,image/webp,*/*\r\n"
    "Accept-Language: en-GB,en;q=0.8,de-DE;q=0.6,de;q=0.4,fr;q=0.2\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Connection: keep-alive\r\n"
    "Referer: https://pictures.example.com/gallery/2024/05/\r\n"
    "Cookie: session=6f1d8c0e5a7b4923b8f1c2d3e4f50617; theme=dark; seen=1714550400.17.3;"
    " consent=necessary-statistics; region=coast-north; viewed=a-walk-along-the-coast-103.jpg\r\n"
    "Sec-Fetch-Dest: image\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "If-Modified-Since: Fri, 03 May 2024 10:00:00 GMT\r\n"
    "\r\n";
static_assert(browser_request.size() == 700);

inline constexpr std::string_view wrk_request =
    "GET /hello?n=1234 HTTP/1.1\r\n"
    "Host: localhost:8080\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";
static_assert(wrk_request.size() == 76);

}  // namespace test_support
