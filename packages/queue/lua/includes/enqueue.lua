--- @include "line"

-- Stores a record and puts it last in line, with the fields, marker and events of BullMQ's own add.
local function enqueue(queue, own, jobId, name, data, opts, now)
  local place = nextPlace(own)
  redis.call("HSET", queue .. jobId, "name", name, "data", data, "opts", opts, "timestamp", now, "delay", 0,
    "priority", DEFAULT_PRIORITY, "place", place)
  redis.call("XADD", queue .. "events", "MAXLEN", "~", maxEventsOf(queue), "*", "event", "added", "jobId", jobId,
    "name", name)
  joinLine(queue, jobId, place)
end

-- Puts a record into the lists in which it is looked for, by the time of its submission: all, and those that
-- `lists` names (suffixes of our own keys, with a space between). It remembers them, to leave them all in the end.
local function enlist(queue, own, jobId, lists, now)
  redis.call("ZADD", own .. "list:all", now, jobId)
  if lists ~= "" then
    redis.call("HSET", queue .. jobId, "lists", lists)
    for list in string.gmatch(lists, "%S+") do
      redis.call("ZADD", own .. list, now, jobId)
    end
  end
end

-- Makes the execution of a task that follows `newest` (0: none): its record, its place in line and in lists, and the
-- pointer to it where it is not the first. `task` has encodedId, name, data, opts, lists and callbacks (whether it wants
-- them). Returns its number.
local function startExecution(queue, own, newest, task, now)
  local execution = newest + 1
  -- A record that outlived its pointer, such as one that still owes a callback, is never overwritten.
  while redis.call("EXISTS", queue .. jobIdOf(task.encodedId, execution)) == 1 do
    execution = execution + 1
  end
  local jobId = jobIdOf(task.encodedId, execution)
  enqueue(queue, own, jobId, task.name, task.data, task.opts, now)
  enlist(queue, own, jobId, task.lists, now)
  if task.callbacks then
    redis.call("HSET", queue .. jobId, "callbacks", "[]")
  end
  if execution > 1 then
    redis.call("SET", own .. "newest:" .. task.encodedId, execution)
    -- Their numbers go on over all executions.
    local seq = redis.call("HGET", queue .. jobIdOf(task.encodedId, execution - 1), "callbackSeq")
    if seq then
      redis.call("HSET", queue .. jobId, "callbackSeq", seq)
    end
  end
  -- Nobody watches a new execution yet, but its run may be watched.
  publishInRun(own, jobId, task.lists)
  return execution
end
