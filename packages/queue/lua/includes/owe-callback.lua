--- @include "clock"

-- Callbacks of a task. The record of an execution that wants them has the field `callbacks`: a JSON list of all its
-- callbacks, the oldest first, each with id, seq, status, attempt, at (ms: when it came to be owed), startedOn (ms, of the
-- attempt), state (pending, delivered, failed), tries, and of the last try triedAt (ms), answer (HTTP status) and
-- detail. A task's callbacks stand in one line, <own>callbacks:<encoded id>, with "<job id> <seq>" for each that is
-- pending: they are sent one after the other, over all its executions. <own>callbacks-due has the lines' names by the
-- time (ms, Redis' clock) of their next try.

-- Puts a callback at the end of its task's line, and wakes those who send.
local function lineUp(own, jobId, seq)
  local task = string.match(jobId, "^task%-(.*)@%d+$")
  if redis.call("RPUSH", own .. "callbacks:" .. task, jobId .. " " .. seq) == 1 then
    redis.call("ZADD", own .. "callbacks-due", nowMs(), task)
  end
  redis.call("PUBLISH", own .. "callbacks", task)
end

-- Notes that a callback is owed. `callbacks` is that field of the record; where there is none, nobody wants to know.
local function oweCallback(queue, own, jobId, callbacks, status, now)
  if not callbacks then
    return
  end
  local jobKey = queue .. jobId
  local record = redis.call("HMGET", jobKey, "timestamp", "ats", "processedOn", "lastStartedOn")
  local seq = redis.call("HINCRBY", jobKey, "callbackSeq", 1)
  local list = cjson.decode(callbacks)
  list[#list + 1] = {
    id = "evt_" .. redis.sha1hex(jobId .. " " .. record[1] .. " " .. seq), seq = seq, status = status,
    attempt = tonumber(record[2] or 0), at = tonumber(now), startedOn = tonumber(record[3] or record[4] or nil),
    state = "pending", tries = 0,
  }
  redis.call("HSET", jobKey, "callbacks", cjson.encode(list))
  lineUp(own, jobId, seq)
end
