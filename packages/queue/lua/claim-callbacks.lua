--[[
  Hands out the callbacks that are due, of each task the first in its line, for a while: who has not settled one by then
  has died, and somebody else gets it.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: limit, claimMs

  Returns {now (ms), ms until the next one is due or -1, {head, record}, ...}; the head of a task's line is
  "<job id> <seq>"
]]
--- @include "clock"
--- @include "owe-callback"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local due = own .. "callbacks-due"
local now = nowMs()
local claimed = {}
for _, task in ipairs(redis.call("ZRANGE", due, "-inf", now, "BYSCORE", "LIMIT", 0, args.limit)) do
  local head = redis.call("LINDEX", own .. "callbacks:" .. task, 0)
  local jobId, seq = string.match(head or "", "^(%S+) (%d+)$")
  local record = jobId and redis.call("HGETALL", queue .. jobId) or {}
  if #record > 0 then
    redis.call("ZADD", due, now + args.claimMs, task)
    claimed[#claimed + 1] = {head, record}
  elseif jobId then
    -- The record was removed by hand.
    redis.call("LPOP", own .. "callbacks:" .. task)
  else
    redis.call("ZREM", due, task)
  end
end
local first = redis.call("ZRANGE", due, 0, 0, "WITHSCORES")
table.insert(claimed, 1, now)
table.insert(claimed, 2, first[2] and math.max(0, tonumber(first[2]) - now) or -1)
return claimed
