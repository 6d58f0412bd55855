// Lists interactions with Corti's own SDK. Reads {client, questions} as JSON from stdin, writes a report for each
// question to stdout: the rows of every page up to the one after which the SDK sees no next, or the SDK's error.
import { readFileSync } from "node:fs";
import { CortiClient } from "@corti/sdk";

const MOST_PAGES = 50;

// The SDK writes the next index into the question it was given, so each walk gets a copy.
async function byPages(client, question) {
  const pages = [];
  let page = await client.interactions.list({ ...question });
  pages.push(page.data);
  while (page.hasNextPage()) {
    if (pages.length > MOST_PAGES) throw new Error("the pages do not end");
    page = await page.getNextPage();
    pages.push(page.data);
  }
  return pages;
}

async function byRows(client, question) {
  const ids = [];
  for await (const row of await client.interactions.list({ ...question })) {
    ids.push(row.id);
    if (ids.length > MOST_PAGES * 100) throw new Error("the rows do not end");
  }
  return ids;
}

async function report(client, question) {
  try {
    return { pages: await byPages(client, question), ids: await byRows(client, question) };
  } catch (error) {
    return { error: error.constructor.name, status: error.statusCode, body: error.body, message: error.message };
  }
}

const { client: options, questions } = JSON.parse(readFileSync(0, "utf8"));
const client = new CortiClient({ ...options, maxRetries: 0 });
const reports = [];
for (const question of questions) reports.push(await report(client, question));
process.stdout.write(JSON.stringify(reports));
