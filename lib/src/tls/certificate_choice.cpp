// SPDX-License-Identifier: BSL-1.0

#include "tls/certificate_choice.hpp"

#include <algorithm>
#include <utility>

namespace asio_httpd::tls {
namespace {

using group = certificate_choice::group;

void add(group& members, std::size_t index, const std::vector<certificate>& all) {
  const bool has_one = std::any_of(members.begin(), members.end(), [&](std::size_t other) {
    return all[other].algorithm == all[index].algorithm;
  });
  if (!has_one) members.push_back(index);
}

bool share_a_name(const certificate& a, const certificate& b) {
  return std::any_of(a.names.begin(), a.names.end(), [&](const std::string& name) {
    return std::find(b.names.begin(), b.names.end(), name) != b.names.end();
  });
}

// For who asks for no name of ours: the first certificate, and its siblings.
group default_group(const std::vector<certificate>& all) {
  group members{0};
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (share_a_name(all[0], all[i])) add(members, i, all);
  }
  return members;
}

}  // namespace

certificate_choice::certificate_choice(const std::vector<certificate>& all) {
  groups_.push_back(default_group(all));
  std::map<std::string, group> by_name;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const std::string& name : all[i].names) add(by_name[name], i, all);
  }
  for (auto& [name, members] : by_name) {
    const bool is_wildcard = name.starts_with("*.");
    auto& table = is_wildcard ? below_ : exact_;
    table.emplace(is_wildcard ? name.substr(2) : name, group_of(std::move(members)));
  }
}

std::size_t certificate_choice::group_of(group members) {
  const auto known = std::find(groups_.begin(), groups_.end(), members);
  if (known != groups_.end()) return static_cast<std::size_t>(known - groups_.begin());
  groups_.push_back(std::move(members));
  return groups_.size() - 1;
}

auto certificate_choice::find(std::string_view asked) const -> found {
  std::string name(asked);
  if (name.ends_with('.')) name.pop_back();
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  if (const auto at = exact_.find(name); at != exact_.end()) return {at->second, true};
  const std::size_t dot = name.find('.');
  if (dot == 0 || dot == std::string::npos) return {};
  const auto at = below_.find(std::string_view(name).substr(dot + 1));
  return at != below_.end() ? found{at->second, true} : found{};
}

}  // namespace asio_httpd::tls
