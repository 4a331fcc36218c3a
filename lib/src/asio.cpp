// SPDX-License-Identifier: BSL-1.0
//
// The compiled half of Boost.Asio, once.
//
// With BOOST_ASIO_SEPARATE_COMPILATION the Asio headers only declare what they would otherwise
// define in every translation unit; that halves the time to compile a file that uses them. This
// file holds the definitions, in a library of its own (target asio_httpd::asio), so that it belongs
// to no floor and to nobody's thread. It must see the same BOOST_ASIO_* macros as every other file
// of the program, or objects get different sizes on the two sides: the macros are therefore a
// PUBLIC property of that target and are set nowhere else.

#include <boost/asio/impl/src.hpp>
