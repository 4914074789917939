-- Stores a record and puts it last in line, with the fields, marker and events of BullMQ's own add.
local function enqueue(queue, jobId, name, data, opts, now)
  local meta = redis.call("HMGET", queue .. "meta", "opts.maxLenEvents", "paused")
  local maxEvents = meta[1] or 10000
  local events = queue .. "events"
  redis.call("HSET", queue .. jobId, "name", name, "data", data, "opts", opts, "timestamp", now, "delay", 0,
    "priority", 0)
  redis.call("XADD", events, "MAXLEN", "~", maxEvents, "*", "event", "added", "jobId", jobId, "name", name)
  redis.call("LPUSH", queue .. "wait", jobId)
  if not meta[2] then
    -- What workers block on: any member wakes one of them.
    redis.call("ZADD", queue .. "marker", 0, "0")
  end
  redis.call("XADD", events, "*", "event", "waiting", "jobId", jobId)
end

-- How many tasks wait to be started.
local function countWaiting(queue)
  return redis.call("LLEN", queue .. "wait") + redis.call("ZCARD", queue .. "prioritized")
    + redis.call("ZCARD", queue .. "delayed")
end
