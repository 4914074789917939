--[[
  Tries each command that host-runner needs on keys of its own, and leaves nothing behind. Says so what Redis refuses:
  because of a missing right, or because it takes no writes now.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys

  Returns {now (ms), command, refusal, ...}; without a refusal only the instant
]]
local queue, own = KEYS[1], KEYS[2]
-- Both prefixes: a user may have rights for some keys only.
local text, hash, list, other, zset, stream = queue .. "access-check", own .. "access-check:hash",
  own .. "access-check:list", own .. "access-check:other", own .. "access-check:zset", own .. "access-check:stream"
local keys = {text, hash, list, other, zset, stream}

-- The first one is a write that a Redis out of memory refuses: behind a first write it would let others pass.
local tries = {
  {"SET", text, "1", "PX", 1000}, {"GET", text}, {"EXISTS", text}, {"INCR", text},
  {"HSET", hash, "a", "1"}, {"HSETNX", hash, "b", "1"}, {"HGET", hash, "a"}, {"HMGET", hash, "a"}, {"HGETALL", hash},
  {"HEXISTS", hash, "a"}, {"HINCRBY", hash, "a", 1}, {"HDEL", hash, "b"},
  {"LPUSH", list, "1"}, {"RPUSH", list, "2"}, {"LLEN", list}, {"LINDEX", list, 0}, {"LPOS", list, "1"},
  {"LRANGE", list, 0, 0}, {"RPOPLPUSH", list, other}, {"LREM", other, 1, "2"}, {"LPOP", list},
  {"SADD", other, "1"}, {"SREM", other, "1"},
  {"ZADD", zset, 1, "a"}, {"ZCARD", zset}, {"ZSCORE", zset, "a"}, {"ZMSCORE", zset, "a"}, {"ZRANGE", zset, 0, 0},
  {"ZRANGEBYSCORE", zset, 0, 0}, {"ZREVRANGE", zset, 0, 0}, {"ZREVRANGEBYSCORE", zset, 0, 0}, {"ZREM", zset, "b"},
  {"ZREMRANGEBYRANK", zset, 5, 6},
  {"ZPOPMIN", zset},
  {"XADD", stream, "1-1", "a", "1"}, {"XRANGE", stream, "-", "+", "COUNT", 1},
  {"XREVRANGE", stream, "+", "-", "COUNT", 1}, {"XDEL", stream, "1-1"}, {"XSETID", stream, "1-2"},
  {"PUBLISH", own .. "access-check", ""}, {"DEL", text}, {"UNLINK", unpack(keys)},
}

local function nowIfAllowed()
  local time = redis.pcall("TIME")
  return time.err and time or time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = nowIfAllowed()
local answer = {type(now) == "table" and 0 or now}
if type(now) == "table" then
  answer[2], answer[3] = "TIME", now.err
end
for _, try in ipairs(tries) do
  local result = redis.pcall(unpack(try))
  if type(result) == "table" and result.err then
    answer[#answer + 1] = try[1]
    answer[#answer + 1] = result.err
  end
end
return answer
