import { createExecutors } from "../../src/index.ts";
import { availableLevels } from "../containment-levels.ts";
import { describeExecutorConformance } from "../executor-conformance.ts";
import { withShell } from "../with-shell.ts";

describeExecutorConformance("mock", "mock", {
  withExecutor: async (use) => {
    const executors = createExecutors({
      workerId: "test",
      mockDurationMs: 5,
      gracePeriodMs: 100,
      shell: null,
    });
    await executors.start();
    await use(executors.resolve("mock")!);
    await executors.close();
  },
  prompts: { succeed: "ok", fail: "mock:fail 7", hang: "mock:hang", print: "mock:print 300000" },
});

// The prompt is the script: what no template of an operator's does, and what makes one serve for all.
for (const containment of await availableLevels()) {
  describeExecutorConformance("shell", `shell, with containment by ${containment}`, {
    withExecutor: (use) =>
      withShell(`sh -c '. "$1"' name {prompt_file}`, { shell: "none", containment }, ({ executor }) =>
        use(executor),
      ),
    prompts: {
      succeed: "echo ok",
      fail: "exit 7",
      hang: "echo started; sleep 60",
      print: "head -c 300000 /dev/zero",
    },
  });
}
