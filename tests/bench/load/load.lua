-- SPDX-License-Identifier: BSL-1.0
--
-- What wrk sends, and how many requests it has sent so far, in a file that can be read while it runs: so CPU time and
-- requests are taken at the same two instants, and neither connecting nor closing is counted.
--
--   wrk ... -s load.lua URL -- counter=FILE [depth=16] [body=4096] [routes=1000] [path=/x]
--
-- depth: so many requests in one piece, the next when all are answered. body: POST so many bytes. routes: requests for
-- /api/things<n>/list, each in its turn, in an order that jumps about.

local ffi = require("ffi")
ffi.cdef [[
  int open(const char* path, int flags);
  void* mmap(void* address, size_t size, int protection, int flags, int descriptor, long offset);
]]

local threads = 0

function setup(thread)
  thread:set("slot", threads)
  threads = threads + 1
end

local function map_counter(path)
  local read_write = 2
  local descriptor = ffi.C.open(path, read_write)
  assert(descriptor >= 0, "cannot open " .. path)
  local shared = 1
  local memory = ffi.C.mmap(nil, 4096, 3, shared, descriptor, 0)
  return ffi.cast("double*", memory)
end

local function options(args)
  local found = {depth = "1", routes = "0"}
  for _, arg in ipairs(args) do
    local name, value = arg:match("^(%w+)=(.*)$")
    found[name] = value
  end
  return found
end

local function requests_for(o)
  if o.body then
    wrk.method = "POST"
    wrk.body = string.rep("x", tonumber(o.body))
  end
  if tonumber(o.routes) == 0 then
    return {string.rep(wrk.format(), tonumber(o.depth))}
  end
  local made = {}
  for i = 0, tonumber(o.routes) - 1 do
    made[i + 1] = wrk.format(nil, "/api/things" .. i .. "/list")
  end
  return made
end

function init(args)
  local o = options(args)
  sent = map_counter(o.counter)
  depth = tonumber(o.depth)
  requests = requests_for(o)
  number = 0
end

function request()
  sent[slot] = sent[slot] + depth
  number = (number + 7919) % #requests
  return requests[number + 1]
end

function done(summary)
  local e = summary.errors
  io.write(string.format("SUMMARY requests=%d bytes=%d connect=%d read=%d write=%d status=%d timeout=%d\n",
    summary.requests, summary.bytes, e.connect, e.read, e.write, e.status, e.timeout))
end
