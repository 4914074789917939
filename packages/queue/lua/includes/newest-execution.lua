-- The number of a task's newest execution, 0 where there is none. The pointer exists only from the second
-- execution on: most tasks run once, and need no key but their record.
local function newestExecution(queue, own, encodedId)
  local pointer = redis.call("GET", own .. "newest:" .. encodedId)
  if pointer then
    return tonumber(pointer)
  end
  return redis.call("EXISTS", queue .. "task-" .. encodedId .. "@1")
end

local function jobIdOf(encodedId, execution)
  return "task-" .. encodedId .. "@" .. string.format("%d", execution)
end
