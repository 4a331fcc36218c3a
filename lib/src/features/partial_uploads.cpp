// SPDX-License-Identifier: BSL-1.0
//
// Order is what makes it safe: the file is made and locked before its record, and removed after it.

#include "features/partial_uploads.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <system_error>
#include <utility>
#include <vector>

#include "features/digest_field.hpp"
#include "features/static_path.hpp"
#include "features/upload_sweep.hpp"

namespace asio_httpd::features {
namespace {

constexpr std::size_t token_bytes = 16;
constexpr std::size_t most_record = 64 * 1024;
constexpr std::int64_t sweep_interval = 60;  // seconds
constexpr std::int64_t shown_complete = 10 * 60;

std::string part_name(const std::string& token) {
  return std::string(upload_prefix).append(token).append(".part");
}
std::string record_name(const std::string& token) {
  return std::string(upload_prefix).append(token).append(".meta");
}

bool is_token(std::string_view text) noexcept {
  return text.size() == 2 * token_bytes && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// From the system's generator, for nobody may guess one (unlike random_bits).
std::string make_token() {
  std::array<unsigned char, token_bytes> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw upload_error(errno);
  std::string token;
  for (const unsigned char byte : bytes) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

// The token of a name that has this ending, or "".
std::string token_of(std::string_view name, std::string_view ending) {
  if (!name.starts_with(upload_prefix) || !name.ends_with(ending)) return {};
  name.remove_prefix(upload_prefix.size());
  name.remove_suffix(std::min(name.size(), ending.size()));
  return is_token(name) ? std::string(name) : std::string();
}

std::int64_t seconds_now() noexcept {
  return std::time(nullptr);
}

bool is_there(int folder, const std::string& name) noexcept {
  struct stat info;
  return ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

std::uint64_t size_of(const file& opened) noexcept {
  struct stat info;
  return ::fstat(opened.descriptor(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

bool is_same_file(const file& opened, int folder, const std::string& name) noexcept {
  struct stat a;
  struct stat b;
  return ::fstat(opened.descriptor(), &a) == 0 &&
         ::fstatat(folder, name.c_str(), &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

http_error no_upload() {
  return http_error(status::not_found, "There is no such upload\n");
}

void write_at(const file& to, std::uint64_t offset, std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t n =
        ::pwrite(to.descriptor(), piece.data(), piece.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw upload_error(errno);
    piece.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

// Throws http_error 400 where the content is another one.
void check_content(const file& content, const std::string& expected) {
  if (expected.empty()) return;
  digest_check check(read_digests("Repr-Digest", expected));
  std::vector<char> memory(256 * 1024);
  off_t offset = 0;
  for (;;) {
    const ssize_t n = ::pread(content.descriptor(), memory.data(), memory.size(), offset);
    if (n < 0 && errno != EINTR) throw upload_error(errno);
    if (n == 0) break;
    check.update({memory.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))});
    offset += std::max<ssize_t>(n, 0);
  }
  check.finish();
}

std::error_code rename_to(int from, const std::string& name, const upload_target& target,
                          if_taken what) {
  const unsigned flags = what == if_taken::fail ? RENAME_NOREPLACE : 0;
  const int folder = target.folder.descriptor();
  int result = ::renameat2(from, name.c_str(), folder, target.name.c_str(), flags);
  if (result != 0 && (errno == EINVAL || errno == ENOSYS)) {  // the file system knows no flags
    result = what == if_taken::replace
                 ? ::renameat(from, name.c_str(), folder, target.name.c_str())
                 : ::linkat(from, name.c_str(), folder, target.name.c_str(), 0);
    if (result == 0 && what == if_taken::fail) ::unlinkat(from, name.c_str(), 0);
  }
  return std::error_code(result == 0 ? 0 : errno, std::generic_category());
}

// With the mode it would have been made with, had we not had to open it again: so it has lost what
// the umask takes away.
std::error_code give_name(const file& content, mode_t permissions, auto&& rename) {
  struct stat made;
  if (::fstat(content.descriptor(), &made) != 0) return {errno, std::generic_category()};
  const mode_t mode = made.st_mode & 07777;
  const bool changes = (mode & permissions) != mode;
  if (changes && ::fchmod(content.descriptor(), mode & permissions) != 0)
    return {errno, std::generic_category()};
  const std::error_code error = rename();
  if (error && changes) ::fchmod(content.descriptor(), mode);
  return error;
}

}  // namespace

class partial_uploads::entry {
 public:
  std::mutex held;  // never while something blocks for long
  std::string token;
  std::shared_ptr<const upload_record> record;
  file part;  // not open: it is complete
  std::uint64_t size = 0;
  std::uint64_t holder = 0;    // the number of the last lease
  bool is_completing = false;  // its holder may not change
  bool is_gone = false;        // discarded

  partial_uploads::state now() const {
    const bool is_complete = !part.is_open();
    return {record, is_complete, is_complete ? record->length.value_or(0) : size};
  }
  void check_free() const {
    if (is_gone) throw no_upload();
    if (is_completing)
      throw http_error(status::conflict, "Another request completes this upload\n");
  }
};

// An entry that is in use, without being held.
class partial_uploads::loan {
 public:
  loan(partial_uploads& owner, std::shared_ptr<entry> used)
      : owner_(owner), entry_(std::move(used)) {}
  loan(const loan&) = delete;
  loan& operator=(const loan&) = delete;
  ~loan() { owner_.give_back(std::move(entry_)); }
  entry* operator->() const noexcept { return entry_.get(); }
  const std::shared_ptr<entry>& get() const noexcept { return entry_; }

 private:
  partial_uploads& owner_;
  std::shared_ptr<entry> entry_;
};

// --- one request's ------------------------------------------------------------------------------

partial_uploads::lease::lease(partial_uploads& owner, std::shared_ptr<entry> held, bool is_kept)
    : owner_(&owner), entry_(std::move(held)), is_kept_(is_kept) {
  number_ = ++entry_->holder;
  record_ = entry_->record;
}

partial_uploads::lease::~lease() {
  if (!entry_) return;
  try {
    if (!is_kept_) discard();
  } catch (const std::exception&) {  // it is another's, or the next sweep's
  }
  owner_->give_back(std::move(entry_));
}

const std::string& partial_uploads::lease::token() const noexcept {
  return entry_->token;
}

std::unique_lock<std::mutex> partial_uploads::lease::hold() const {
  std::unique_lock lock(entry_->held);
  if (entry_->holder != number_)
    throw http_error(status::conflict, "Another request goes on with this upload\n");
  return lock;
}

partial_uploads::state partial_uploads::lease::now() const {
  const auto lock = hold();
  return entry_->now();
}

void partial_uploads::lease::append(std::string_view piece) {
  const auto lock = hold();
  try {
    write_at(entry_->part, entry_->size, piece);
  } catch (...) {  // a part of it may be there, which nobody has counted
    if (::ftruncate(entry_->part.descriptor(), static_cast<off_t>(entry_->size)) == 0) throw;
    throw upload_error(errno);
  }
  entry_->size += piece.size();
}

void partial_uploads::lease::truncate(std::uint64_t offset) {
  const auto lock = hold();
  if (::ftruncate(entry_->part.descriptor(), static_cast<off_t>(offset)) != 0)
    throw upload_error(errno);
  owner_->store_.quota().release(entry_->size - offset);
  entry_->size = offset;
}

void partial_uploads::lease::set_length(std::uint64_t length) {
  const auto lock = hold();
  if (record_->length == length) return;
  auto changed = std::make_shared<upload_record>(*record_);
  changed->length = length;
  owner_->write_record(entry_->token, *changed);
  entry_->record = record_ = std::move(changed);
}

// While it is completed nobody else gets hold of it, so that all of that needs no lock.
class partial_uploads::lease::completion {
 public:
  explicit completion(lease& held) : entry_(*held.entry_) {
    const auto lock = held.hold();
    entry_.is_completing = true;
  }
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;
  ~completion() {
    const std::lock_guard lock(entry_.held);
    entry_.is_completing = false;
  }
  // Its file has its name.
  file take_part() {
    const std::lock_guard lock(entry_.held);
    return std::move(entry_.part);
  }

 private:
  entry& entry_;
};

placed_file partial_uploads::lease::complete() {
  completion turn(*this);
  upload_store& store = owner_->store_;
  const int folder = store.folder().descriptor();
  const file& part = entry_->part;
  check_content(part, record_->digest);
  if (size_of(part) != entry_->size)
    throw http_error(status::conflict, "The file is not what has come of it\n");
  const upload_target target = store.target(record_->path);
  ::utimensat(folder, record_name(token()).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
  file placed(::fcntl(part.descriptor(), F_DUPFD_CLOEXEC, 0));
  if (!placed.is_open()) throw upload_error(errno);
  return store.place(target, record_->conditions, placed, [&](if_taken what) {
    const auto error = give_name(placed, store.options().permissions, [&] {
      return rename_to(folder, part_name(token()), target, what);
    });
    if (error) return error;
    // It is complete now, also where the name cannot be synced.
    turn.take_part().reset();
    owner_->forget(token());
    return error;
  });
}

void partial_uploads::lease::discard() {
  auto lock = hold();
  is_kept_ = true;
  owner_->discard(*entry_, std::move(lock));
}

// --- all of them --------------------------------------------------------------------------------

partial_uploads::partial_uploads(upload_store& store) : store_(store) {
  sweep_all();
}

partial_uploads::~partial_uploads() = default;

std::int64_t partial_uploads::age_left(const upload_record& r) const noexcept {
  return r.created + store_.options().resumable_for.count() - seconds_now();
}

std::int64_t partial_uploads::age_left(const state& s) const noexcept {
  const std::int64_t left = std::max<std::int64_t>(age_left(*s.record), 0);
  return s.is_complete ? std::min(left, shown_complete) : left;
}

partial_uploads::lease partial_uploads::create(upload_record record) {
  auto made = std::make_shared<entry>();
  made->token = make_token();
  record.created = seconds_now();
  made->record = std::make_shared<const upload_record>(std::move(record));
  {
    const std::lock_guard lock(known_);
    if (unfinished_.size() >= store_.options().unfinished)
      throw http_error(status::service_unavailable, "There are too many unfinished uploads\n");
    unfinished_.insert(made->token);
    entries_[made->token] = made;
  }
  lease begun(*this, made, false);
  made->part = file(::openat(store_.folder().descriptor(), part_name(made->token).c_str(),
                             O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC,
                             mode_t{store_.options().permissions} | 0600));
  if (!made->part.is_open()) throw upload_error(errno);
  ::flock(made->part.descriptor(), LOCK_EX | LOCK_NB);
  write_record(made->token, *made->record);
  return begun;
}

// Whoever has it stays where `may` throws.
partial_uploads::lease partial_uploads::take_over(const std::string& token,
                                                  const std::function<void(const state&)>& may) {
  const loan found(*this, find(token));
  const std::lock_guard lock(found->held);
  found->check_free();
  may(found->now());
  return lease(*this, found.get(), true);
}

// Who asks takes it away from who goes on with it, for what is told has to stay true.
partial_uploads::state partial_uploads::stop(const std::string& token) {
  const loan found(*this, find(token));
  const std::lock_guard lock(found->held);
  if (found->is_gone) throw no_upload();
  if (!found->is_completing) ++found->holder;
  return found->now();
}

void partial_uploads::cancel(const std::string& token) {
  const loan found(*this, find(token));
  std::unique_lock lock(found->held);
  found->check_free();
  discard(*found.get(), std::move(lock));
}

// A large file takes long to be removed: nobody waits for that.
void partial_uploads::discard(entry& held, std::unique_lock<std::mutex> lock) {
  ++held.holder;  // nobody's
  held.is_gone = true;
  const file part = std::move(held.part);
  const std::uint64_t size = held.size;
  lock.unlock();
  remove_files(held.token, part, size);
}

std::shared_ptr<partial_uploads::entry> partial_uploads::find(const std::string& token) {
  if (!is_token(token)) throw no_upload();
  {
    const std::lock_guard lock(known_);
    if (const auto known = entries_.find(token); known != entries_.end()) return known->second;
    if (auto loaded = load(token)) {
      if (loaded->part.is_open()) unfinished_.insert(token);
      return entries_[token] = std::move(loaded);
    }
  }
  sweep_record(token);
  throw no_upload();
}

// Who holds the last one closes the file, and unlocks it so, before anybody looks for it again.
void partial_uploads::give_back(std::shared_ptr<entry> held) noexcept {
  const std::lock_guard lock(known_);
  const auto known = entries_.find(held->token);
  held.reset();
  if (known != entries_.end() && known->second.use_count() == 1) entries_.erase(known);
}

// What was locked may have got its name, from another process, between opening and locking: then it
// is nothing of ours.
std::shared_ptr<partial_uploads::entry> partial_uploads::load(const std::string& token) {
  auto made = std::make_shared<entry>();
  auto record = read_record(token);
  if (!record || has_expired(token, *record)) return nullptr;
  file part = open_part(token);
  if (part.is_open() && ::flock(part.descriptor(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw http_error(status::conflict, "Another process goes on with this upload\n");
  if (part.is_open() && is_same_file(part, store_.folder().descriptor(), part_name(token)))
    made->part = std::move(part);
  made->token = token;
  made->record = std::make_shared<const upload_record>(std::move(*record));
  made->size = made->part.is_open() ? size_of(made->part) : 0;
  return made;
}

// Not open where it has got its name: nothing else says that an upload is complete.
file partial_uploads::open_part(const std::string& token) const {
  file opened(::openat(store_.folder().descriptor(), part_name(token).c_str(),
                       O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.is_open() && errno != ENOENT) throw upload_error(errno);
  return opened;
}

std::optional<upload_record> partial_uploads::read_record(const std::string& token) const {
  const file opened(::openat(store_.folder().descriptor(), record_name(token).c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.is_open() && errno == ENOENT) return std::nullopt;
  if (!opened.is_open()) throw upload_error(errno);
  std::string text(most_record, '\0');
  const ssize_t n = ::pread(opened.descriptor(), text.data(), text.size(), 0);
  if (n < 0) throw upload_error(errno);
  text.resize(static_cast<std::size_t>(n));
  auto record = parse_upload_record(text);
  if (record) record->conditions.may_replace = store_.options().replace;
  return record;
}

// At once and whole, as all files here.
void partial_uploads::write_record(const std::string& token, const upload_record& r) {
  const std::string text = to_text(r);
  if (text.size() > most_record)
    throw http_error(status::request_header_fields_too_large,
                     "The fields of the upload are too large to be kept\n");
  std::error_code error;
  try {
    saved_file made(store_.folder(), 0600);
    made.write(text);
    made.keep_as(store_.folder(), record_name(token), if_taken::replace, error);
  } catch (const std::system_error& e) {
    error = e.code();
  }
  if (error) throw upload_error(error.value());
}

void partial_uploads::remove_files(const std::string& token, const file& part, std::uint64_t size) {
  const int folder = store_.folder().descriptor();
  ::unlinkat(folder, record_name(token).c_str(), 0);
  if (part.is_open() && ::unlinkat(folder, part_name(token).c_str(), 0) == 0)
    store_.quota().release(size);
  forget(token);
}

void partial_uploads::forget(const std::string& token) {
  const std::lock_guard lock(known_);
  unfinished_.erase(token);
}

// The record of a complete one was touched when it got there.
bool partial_uploads::has_expired(const std::string& token, const upload_record& r) const {
  if (age_left(r) <= 0) return true;
  struct stat info;
  const int folder = store_.folder().descriptor();
  return !is_there(folder, part_name(token)) &&
         ::fstatat(folder, record_name(token).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         seconds_now() - info.st_mtime > shown_complete;
}

bool partial_uploads::needs_sweep() {
  const std::lock_guard lock(known_);
  return seconds_now() - swept_ >= sweep_interval;
}

void partial_uploads::sweep() {
  {
    const std::lock_guard lock(known_);
    if (seconds_now() - swept_ < sweep_interval) return;
    swept_ = seconds_now();
  }
  try {
    sweep_all();
  } catch (const std::system_error&) {  // the folder cannot be listed now: another time
  }
}

// What is held by somebody is left to him, and to the next time.
void partial_uploads::sweep_record(const std::string& token) {
  const auto record = read_record(token);
  if (record && !has_expired(token, *record)) return;
  const file part = open_part(token);
  if (part.is_open() && ::flock(part.descriptor(), LOCK_EX | LOCK_NB) != 0) return;
  remove_files(token, part, size_of(part));
}

// One whose record was never written, or is gone already.
void partial_uploads::remove_part(const std::string& token) {
  const int folder = store_.folder().descriptor();
  struct stat info;
  const std::string name = part_name(token);
  if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (remove_leftover(folder, name))
    store_.quota().release(static_cast<std::uint64_t>(info.st_size));
}

// What other processes do is only seen here. What requests of this one hold, they count themselves.
void partial_uploads::count(const std::vector<std::string>& names) {
  const int folder = store_.folder().descriptor();
  std::set<std::string> found;
  const std::lock_guard lock(known_);
  for (const std::string& token : unfinished_) {
    if (entries_.contains(token) || is_there(folder, part_name(token))) found.insert(token);
  }
  for (const std::string& name : names) {
    const std::string token = token_of(name, ".part");
    if (!token.empty() && is_there(folder, name)) found.insert(token);
  }
  unfinished_ = std::move(found);
}

// What cannot be looked at, because it is another user's or the process has no descriptors left,
// may be as good as any.
void partial_uploads::sweep_all() {
  const auto names = names_in(store_.folder());
  const auto each = [&](std::string_view ending, auto&& look_at) {
    for (const std::string& name : names) {
      const std::string token = token_of(name, ending);
      try {
        if (!token.empty()) look_at(token);
      } catch (const std::exception&) {
      }
    }
  };
  each(".meta", [&](const std::string& token) { sweep_record(token); });
  each(".part", [&](const std::string& token) {
    if (!read_record(token)) remove_part(token);
  });
  count(names);
}

}  // namespace asio_httpd::features
