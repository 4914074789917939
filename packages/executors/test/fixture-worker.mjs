/**
 * A worker to be killed: starts an executor and as many tasks as it is told to, and runs until then.
 *
 *     node fixture-worker.mjs '{"modules": URL, "config": {...}, "prompts": [...]}'
 */
const { modules, config, prompts } = JSON.parse(process.argv[2]);
const { createExecutors } = await import(modules);
const executors = createExecutors(config);
const { containment } = await executors.start();
console.log(JSON.stringify({ containment }));
const { signal } = new AbortController();
const output = { write: () => {} };
const results = await Promise.all(
  prompts.map((prompt, index) => {
    const attempt = {
      taskId: `task-${index}`,
      runId: "run",
      execution: 1,
      attempt: 1,
      prompt,
      projectRoot: null,
    };
    return executors.resolve("shell").execute(attempt, { signal, output });
  }),
);
await executors.close();
console.log(JSON.stringify({ results }));
