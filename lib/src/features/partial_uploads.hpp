// SPDX-License-Identifier: BSL-1.0
//
// Unfinished uploads, in the root of a store: ".upload-", 32 digits nobody can guess, and ".part"
// for what has come, ".meta" for its upload_record. Nothing else says how far one is but the size
// of the file, so that this is true after any crash of the process. A record without a file is that
// of an upload that is complete.
//
// Of several requests for one upload, the last holds it, and the others can do nothing more to it;
// of several processes, the one that has it open (flock(2)). Any thread; what blocks says so.

#pragma once

#include <asio_httpd/file.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "features/upload_record.hpp"
#include "features/upload_store.hpp"

namespace asio_httpd::features {

class partial_uploads {
 public:
  // Removes those that are too old.
  explicit partial_uploads(upload_store& store);
  ~partial_uploads();

  // How far one is.
  struct state {
    std::shared_ptr<const upload_record> record;
    bool is_complete = false;
    std::uint64_t offset = 0;  // in bytes
  };

  class entry;
  // What one request can do with an upload: all of it throws http_error 409 once another request
  // holds it. One that was created goes with its lease, unless it is kept.
  class lease {
   public:
    lease(lease&&) noexcept = default;
    lease& operator=(lease&&) = delete;
    ~lease();

    const std::string& token() const noexcept;
    const upload_record& record() const noexcept { return *record_; }
    state now() const;
    std::uint64_t offset() const { return now().offset; }

    // All of it, or nothing.
    void append(std::string_view piece);
    // Takes back what was appended behind that.
    void truncate(std::uint64_t offset);
    void set_length(std::uint64_t length);
    // Gives it its name. Blocks; other requests for it are answered 409 meanwhile.
    placed_file complete();
    // Removes it, with its record. Blocks.
    void discard();
    // Once a client is told where it is.
    void keep() noexcept { is_kept_ = true; }

   private:
    friend class partial_uploads;
    class completion;
    // With the entry locked, or known to nobody.
    lease(partial_uploads& owner, std::shared_ptr<entry> held, bool is_kept);
    std::unique_lock<std::mutex> hold() const;

    partial_uploads* owner_;
    std::shared_ptr<entry> entry_;
    std::uint64_t number_;
    std::shared_ptr<const upload_record> record_;  // as it was taken over
    bool is_kept_;
  };

  // Throws http_error: 503 where there are too many, 431 for a record that is too large. Blocks.
  lease create(upload_record record);
  // These throw http_error: 404 where there is none or it has expired, 409 where another process
  // has it or a request completes it, 403 where it is another user's. They block.
  //
  // The request before can do nothing more, unless `may` throws; it is called under a lock.
  lease take_over(const std::string& token, const std::function<void(const state&)>& may);
  // Likewise, for who only asks: not 409 where it is completed.
  state stop(const std::string& token);
  void cancel(const std::string& token);
  // For how many seconds it can be continued, or at most asked for.
  std::int64_t age_left(const state& s) const noexcept;
  // Removes what has expired, at most once a minute. Blocks.
  void sweep();
  // Whether that would do anything now.
  bool needs_sweep();

 private:
  class loan;
  std::shared_ptr<entry> find(const std::string& token);
  void give_back(std::shared_ptr<entry> held) noexcept;
  void discard(entry& held, std::unique_lock<std::mutex> lock);
  // Null where it has expired, or there is none.
  std::shared_ptr<entry> load(const std::string& token);
  file open_part(const std::string& token) const;
  // Nothing where there is none or it was not written to its end; throws where that is not known.
  std::optional<upload_record> read_record(const std::string& token) const;
  void write_record(const std::string& token, const upload_record& r);
  std::int64_t age_left(const upload_record& r) const noexcept;
  bool has_expired(const std::string& token, const upload_record& r) const;
  void remove_files(const std::string& token, const file& part, std::uint64_t size);
  void forget(const std::string& token);
  void sweep_record(const std::string& token);
  void remove_part(const std::string& token);
  void count(const std::vector<std::string>& names);
  void sweep_all();

  upload_store& store_;
  std::mutex known_;                                       // of the three below
  std::map<std::string, std::shared_ptr<entry>> entries_;  // those that requests hold, by token
  std::set<std::string> unfinished_;                       // those that have a file
  std::int64_t swept_ = 0;                                 // seconds since 1970
};

}  // namespace asio_httpd::features
