--- @include "max-events"

-- The line of waiting tasks is BullMQ's sorted set `prioritized`: by priority, then by place. `wait`, BullMQ's list, stays
-- empty, because nothing can be found or taken out of the midst of a list without walking it. A task has its place, a number
-- that counts up, for good: a retry, a give-back or a lost worker takes it back to where it stood.

local DEFAULT_PRIORITY = 5
-- BullMQ's own distance between two priorities.
local PLACES_PER_PRIORITY = 0x100000000

-- The place behind all others.
local function nextPlace(own)
  return redis.call("INCR", own .. "places")
end

local function scoreOf(place)
  return DEFAULT_PRIORITY * PLACES_PER_PRIORITY + tonumber(place or 0)
end

-- Wakes one of the workers that wait for work: they block on any member of the marker.
local function wakeWorker(queue)
  if redis.call("HEXISTS", queue .. "meta", "paused") == 0 then
    redis.call("ZADD", queue .. "marker", 0, "0")
  end
end

-- Puts a task in line. `previous` is the set that it comes from, nil for a new task.
local function joinLine(queue, jobId, place, previous)
  redis.call("ZADD", queue .. "prioritized", scoreOf(place), jobId)
  wakeWorker(queue)
  if previous then
    redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEventsOf(queue), "*", "event", "waiting", "jobId", jobId,
      "prev", previous)
  else
    redis.call("XADD", queue .. "events", "*", "event", "waiting", "jobId", jobId)
  end
end

-- Takes a task that waits out of the line, or of the set of those that wait for an instant. Returns which it was, nil for
-- a task that does not wait.
local function leaveLine(queue, jobId)
  for _, set in ipairs({"prioritized", "delayed"}) do
    if redis.call("ZREM", queue .. set, jobId) > 0 then
      return set
    end
  end
  return nil
end

-- Puts those in line that are due, a thousand at most. Joins before it leaves: a Redis out of memory refuses the join.
local function promoteDue(queue, now)
  -- BullMQ keeps a counter in the lowest 12 bits of the score.
  local due = redis.call("ZRANGE", queue .. "delayed", 0, (now + 1) * 0x1000 - 1, "BYSCORE", "LIMIT", 0, 1000)
  for _, jobId in ipairs(due) do
    joinLine(queue, jobId, redis.call("HGET", queue .. jobId, "place"), "delayed")
    redis.call("ZREM", queue .. "delayed", jobId)
    redis.call("HSET", queue .. jobId, "delay", 0)
  end
end

-- How many tasks wait to be started.
local function countWaiting(queue)
  return redis.call("ZCARD", queue .. "prioritized") + redis.call("ZCARD", queue .. "delayed")
end
