--[[
  Leases the next tasks in line to a worker: what BullMQ's moveToActive does, for several at once. Tasks that are due
  for their next attempt are put in line first. A task that is to be canceled is ended, not leased.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: count (how many at most), token and leaseMs (of their locks), holder
  ARGV[2]  the outcome of a canceled task as JSON, as it is stored

  Returns, flat, whether more wait (1 or 0), now (ms), the instant (ms) at which the next delayed task is due, 0 where
  there is none, how many tasks were canceled, and for each leased task jobId, name, data, opts, timestamp (ms), attempt
]]
local rcall = redis.call
--- @include "clock"
--- @include "record"
--- @include "end-task"
--- @include "line"
--- @include "bullmq/getQueueMetadata"
--- @include "bullmq/getNextDelayedTimestamp"
local queue, own = KEYS[1], KEYS[2]
local args = cjson.decode(ARGV[1])
local active, prioritized, meta = queue .. "active", queue .. "prioritized", queue .. "meta"
local now = nowMs()
local startedOn = string.format("%d", now)

local isPausedOrMaxed = getQueueMetadata(meta, active)
local isLimited = rcall("HEXISTS", meta, "concurrency") == 1
promoteDue(queue, now)

local taken = {0, now, 0, 0}
local function lease(jobId)
  local jobKey = queue .. jobId
  local record = rcall("HMGET", jobKey, "name", "data", "opts", "timestamp", "ats", "cancelRequestedAt")
  if not record[2] then
    -- Somebody has removed the record alone.
    rcall("LREM", active, 1, jobId)
    return
  end
  if record[6] then
    endTask(queue, own, jobId, readRecord(jobKey), "active", now, cjson.decode(ARGV[2]), ARGV[2], {})
    rcall("LREM", active, 1, jobId)
    taken[4] = taken[4] + 1
    return
  end
  local attempt = tonumber(record[5] or 0) + 1
  rcall("SET", jobKey .. ":lock", args.token, "PX", args.leaseMs)
  rcall("HSET", jobKey, "processedOn", startedOn, "pb", args.holder, "ats", attempt)
  rcall("XADD", queue .. "events", "*", "event", "active", "jobId", jobId, "prev", "waiting")
  for _, value in ipairs({jobId, record[1], record[2], record[3], record[4], attempt}) do
    taken[#taken + 1] = value
  end
end

-- Joins before it leaves: a Redis out of memory refuses the first write of a script, and then nothing is half done.
local function takeFirst(count)
  local first = rcall("ZRANGE", prioritized, 0, count - 1)
  for _, jobId in ipairs(first) do
    rcall("LPUSH", active, jobId)
  end
  if #first > 0 then
    rcall("ZREMRANGEBYRANK", prioritized, 0, #first - 1)
  end
  for _, jobId in ipairs(first) do
    lease(jobId)
  end
  return #first
end

local left = args.count
while left > 0 and not isPausedOrMaxed do
  local found = takeFirst(isLimited and 1 or left)
  if found == 0 then
    break
  end
  left = left - found
  isPausedOrMaxed = isLimited and getQueueMetadata(meta, active)
end

if not isPausedOrMaxed and rcall("EXISTS", prioritized) > 0 then
  taken[1] = 1
  -- The marker wakes one worker, which has come here: the next one is to come as well.
  rcall("ZADD", queue .. "marker", 0, "0")
end
taken[3] = getNextDelayedTimestamp(queue .. "delayed") or 0
return taken
