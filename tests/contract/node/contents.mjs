// Reads what interactions hold with Corti's own SDK. Reads {client, interactions} as JSON from stdin, writes to stdout
// the fact groups and a report for each interaction, all in the SDK's own words. This SDK knows no guided documents.
import { readFileSync } from "node:fs";
import { CortiClient } from "@corti/sdk";

async function transcripts(client, id) {
  const { transcripts } = await client.transcripts.list(id, { full: true });
  const found = [];
  for (const item of transcripts ?? []) {
    const { status } = await client.transcripts.getStatus(id, item.id);
    found.push({ listed: item, single: await client.transcripts.get(id, item.id), status });
  }
  return { none: transcripts === null, found };
}

async function recordings(client, id) {
  const sizes = {};
  for (const recording of (await client.recordings.list(id)).recordings) {
    const bytes = await (await client.recordings.get(id, recording)).arrayBuffer();
    sizes[recording] = bytes.byteLength;
  }
  return sizes;
}

async function documents(client, id) {
  const { data } = await client.documents.list(id);
  return { listed: data, single: await Promise.all(data.map((item) => client.documents.get(id, item.id))) };
}

async function report(client, id) {
  try {
    return {
      recordings: await recordings(client, id),
      transcripts: await transcripts(client, id),
      facts: (await client.facts.list(id)).facts,
      documents: await documents(client, id),
    };
  } catch (error) {
    return { error: error.constructor.name, status: error.statusCode, body: error.body, message: error.message };
  }
}

const { client: options, interactions } = JSON.parse(readFileSync(0, "utf8"));
const client = new CortiClient({ ...options, maxRetries: 0 });
const groups = (await client.facts.factGroupsList()).data;
const reports = [];
for (const id of interactions) reports.push(await report(client, id));
process.stdout.write(JSON.stringify({ groups, reports }));
