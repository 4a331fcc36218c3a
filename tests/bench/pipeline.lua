-- SPDX-License-Identifier: BSL-1.0
--
-- For wrk: 16 requests in one piece; the next 16 when their answers are there.

local depth = 16

init = function()
  local requests = {}
  for i = 1, depth do
    requests[i] = wrk.format()
  end
  batch = table.concat(requests)
end

request = function()
  return batch
end
