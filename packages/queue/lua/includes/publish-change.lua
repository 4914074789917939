-- Tells those who watch an execution, and those who watch its run, that something has changed. Messages are hints:
-- what is true stands in the record. A task without a run of the caller's has one of its own, see `defaultRunId`.
local function publishChange(queue, own, jobId, what)
  redis.call("PUBLISH", own .. "changed:" .. jobId, what)
  local lists = redis.call("HGET", queue .. jobId, "lists")
  local run = lists and string.match(lists, "list:run:(%S+)") or string.match(jobId, "^(task%-.*)@%d+$")
  redis.call("PUBLISH", own .. "changed-in:" .. run, jobId)
end
