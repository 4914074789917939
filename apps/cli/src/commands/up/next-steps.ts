import { DEFAULT_API_URL } from "@host-runner/contracts/words";

interface NextSteps {
  url: string;
  /** For people, without a password. */
  redis: string;
  needsToken: boolean;
}

/** Where everything is, and the commands to go on with. */
export function nextSteps({ url, redis, needsToken }: NextSteps): string {
  // The token itself is a secret, which does not belong on a screen.
  const header = needsToken ? ` -H "Authorization: Bearer $TOKEN"` : "";
  const lines = [
    "",
    `  API        ${url}`,
    `  Docs       ${url}/docs`,
    `  Dashboard  ${url}/dashboard`,
    `  Redis      ${redis}`,
    `  Command    npx host-runner run "hello"${url === DEFAULT_API_URL ? "" : ` --url ${url}`}   (npx host-runner --help)`,
    "",
    `  submit     curl -s${header} ${url}/tasks -H 'Content-Type: application/json' -d '{"prompt": "hello"}'`,
    `  get        curl -s${header} ${url}/tasks/TASK_ID`,
    `  cancel     curl -s${header} -X POST ${url}/tasks/TASK_ID/cancel`,
    ...(needsToken
      ? [
          "",
          "  $TOKEN is a token out of HOST_RUNNER_API_TOKENS whose scope is write or admin; the command takes HOST_RUNNER_TOKEN.",
        ]
      : []),
    "",
    "Ctrl-C lets running tasks finish and ends everything; a second one ends it at once. The log:",
    "",
  ];
  return lines.join("\n");
}
