import type { Request, Response } from "express";
import { sendPieces } from "./send-pieces.ts";

interface ListAnswer<Item> {
  /** The members of the JSON object before the list. */
  head: object;
  /** The name of the list. */
  name: string;
  pages: AsyncIterable<Item[]>;
  /** The members after the list, once all of it has been read. */
  tail?: () => object;
}

/** Answers with a JSON object that holds a list of any length. One page of it at a time is in memory. */
export function sendList<Item>(
  request: Request,
  response: Response,
  answer: ListAnswer<Item>,
): Promise<void> {
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  return sendPieces(request, response, toJson(answer));
}

/** Characters that are sent together. */
const PIECE = 64 * 1024;

async function* toJson<Item>({
  head,
  name,
  pages,
  tail = () => ({}),
}: ListAnswer<Item>): AsyncGenerator<string> {
  let text = `{${[...members(head), `${JSON.stringify(name)}:[`].join(",")}`;
  let separator = "";
  for await (const page of pages) {
    for (const item of page) {
      text += separator + JSON.stringify(item);
      separator = ",";
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
  }
  yield `${text}${["]", ...members(tail())].join(",")}}`;
}

const members = (object: object): string[] =>
  Object.entries(object).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
