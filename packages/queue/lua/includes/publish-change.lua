-- Tells those who watch an execution, and those who watch its run, that something has changed. Messages are hints:
-- what is true stands in the record. A task without a run of the caller's, which `lists` (that field of the record) would
-- name, has one of its own, see `defaultRunId`.
local function publishInRun(own, jobId, lists)
  local run = lists and string.match(lists, "list:run:(%S+)") or string.match(jobId, "^(task%-.*)@%d+$")
  redis.call("PUBLISH", own .. "changed-in:" .. run, jobId)
end

local function publishChange(own, jobId, lists, what)
  redis.call("PUBLISH", own .. "changed:" .. jobId, what)
  publishInRun(own, jobId, lists)
end
