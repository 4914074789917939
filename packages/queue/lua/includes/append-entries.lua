--- @include "delete-entries"

-- Appends entries to an execution's output, and drops those that are too much of its middle. Entries are a Redis stream
-- with the ids <attempt>-<n>, n from 1: their order is the order of both streams together, and an id says where to go
-- on reading. `args` has jobId, attempt, entries (list of {id, stream ("o" or "e"), offset}) and drop (list of ids);
-- the bytes of the first entry are ARGV[first].
local function appendEntries(own, args, first)
  local key = own .. "output:" .. args.jobId
  local last = redis.call("EXISTS", key) == 1 and redis.call("XREVRANGE", key, "+", "-", "COUNT", 1)[1]
  local lastAttempt, lastNumber = 0, 0
  if last then
    lastAttempt, lastNumber = string.match(last[1], "^(%d+)-(%d+)$")
  end
  for i, entry in ipairs(args.entries) do
    -- The answer to the same call may have been lost on its way: what is there already is passed over.
    local number = tonumber(string.match(entry.id, "-(%d+)$"))
    if tonumber(lastAttempt) < args.attempt or tonumber(lastNumber) < number then
      redis.call("XADD", key, entry.id, "s", entry.stream, "f", string.format("%d", entry.offset), "d",
        ARGV[first + i - 1])
    end
  end
  deleteEntries(key, args.drop)
  redis.call("PUBLISH", own .. "output:" .. args.jobId, "")
end
