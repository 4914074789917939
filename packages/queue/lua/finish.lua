--[[
  Records how attempts ended, each by itself: ends the task, or queues it for its next attempt where it failed and has
  one left. Only the lease holder may: the one whose token the lock has, or, where the lock lapsed in an outage,
  the one whose attempt is still the record's newest. Doing it twice does no harm.

  KEYS[1]  prefix of the queue's keys (BullMQ's)
  KEYS[2]  prefix of our own keys
  ARGV[1]  JSON: a list with, for each attempt, jobId, token, holder, attempt, endedMsAgo, jitter (0 to 1), entries and drop
           (the last of the output, see append-entries), parts (instead of them: the whole output is in stdout and
           stderr, in this order; empty where it is not), outputLost (whether an end of it could not be stored)
  ARGV[2 ...]  for each attempt the outcome as JSON, as it is stored; the same for where it failed and the task was to be
           canceled, else empty; stdout, stderr: what the task keeps of the output; and the bytes of each entry

  Returns for each attempt the status in which the task ended, "requeued", or "lost": somebody else took the task over, the
  outcome counts for nothing; or the error that kept it from being recorded
]]
--- @include "clock"
--- @include "record"
--- @include "lease"
--- @include "append-entries"
--- @include "end-task"
--- @include "requeue"
local queue, own = KEYS[1], KEYS[2]
local now = nowMs()

local function leaveActive(jobId)
  redis.call("LREM", queue .. "active", -1, jobId)
  redis.call("DEL", queue .. jobId .. ":lock")
end

-- Whether the last of the output is stored. An outcome never depends on output: the end is stored in any case.
local function storeLastOutput(args, first)
  if #args.entries == 0 then
    return true
  end
  local isStored, problem = pcall(appendEntries, own, args, first)
  if not isStored then
    redis.log(redis.LOG_WARNING, "host-runner cannot store the last output of " .. args.jobId .. ": "
      .. tostring(type(problem) == "table" and problem.err or problem))
  end
  return isStored
end

-- `first` is where its arguments begin.
local function finish(args, first)
  local outcomeJson, canceledJson = ARGV[first], ARGV[first + 1]
  local outcome = cjson.decode(outcomeJson)
  local jobKey = queue .. args.jobId

  -- The answer to the same call may have been lost on its way.
  local record = readRecord(jobKey)
  local recorded = record.outcome
  if recorded and (recorded == outcomeJson or recorded == canceledJson) then
    leaveActive(args.jobId)
    return cjson.decode(recorded).status
  end
  if not holdsLease(queue, args, record) then
    return "lost"
  end

  local isOutputStored = storeLastOutput(args, first + 4)
  local endedOn = now - args.endedMsAgo
  local opts = outcome.status == "failed" and cjson.decode(record.opts)
  if opts and opts.attempts > args.attempt then
    if not record.cancelRequestedAt then
      rememberAttempt(jobKey, endedOn, outcome)
      leaveActive(args.jobId)
      -- A shutdown says nothing against the task: another worker may have it at once.
      local delayMs = outcome.reason == "shutdown" and 0 or backoffMs(opts, args.attempt, args.jitter)
      requeue(queue, own, args.jobId, now, delayMs)
      return "requeued"
    end
    outcome, outcomeJson = cjson.decode(canceledJson), canceledJson
  end
  endTask(queue, own, args.jobId, record, "active", endedOn, outcome, outcomeJson,
    {stdout = ARGV[first + 2], stderr = ARGV[first + 3], outputParts = args.parts,
      outputLost = isOutputStored and not args.outputLost and "" or "1"})
  leaveActive(args.jobId)
  return outcome.status
end

local answers = {}
local first = 2
for i, args in ipairs(cjson.decode(ARGV[1])) do
  local isDone, answer = pcall(finish, args, first)
  if not isDone and type(answer) ~= "table" then
    answer = {err = tostring(answer)}
  end
  answers[i] = answer
  first = first + 4 + #args.entries
end
return answers
