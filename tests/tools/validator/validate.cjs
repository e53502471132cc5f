// Validates n8n workflow files with n8n's own offline validators: node validate.cjs FILE...
//
// Fails on: a structure that n8n's import refuses, a node type or typeVersion that n8n does not have, any parameter
// that the node's own schema refuses, and any other error or warning about the graph.
// One line of JSON for each finding; exit code 1 when there is one.
"use strict";

const { existsSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { safeParseWorkflowStructure } = require("n8n-workflow");
const { setSchemaBaseDirs, validateWorkflow } = require("@n8n/workflow-sdk");

const DEFINITIONS = join(__dirname, "node_modules", ".definitions");
const PREFIXES = { "n8n-nodes-base": "n8n-nodes-base.", "n8n-nodes-langchain": "@n8n/n8n-nodes-langchain." };

/** Every type with its versions, as the packages themselves list them. */
function knownTypes() {
  const known = new Map();
  for (const [folder, prefix] of Object.entries(PREFIXES)) {
    for (const one of JSON.parse(readFileSync(join(DEFINITIONS, folder, "types", "nodes.json"), "utf8"))) {
      const versions = known.get(prefix + one.name) ?? new Set();
      for (const version of [one.version].flat()) versions.add(version);
      known.set(prefix + one.name, versions);
    }
  }
  return known;
}

function typesOf(workflow, known) {
  return workflow.nodes.flatMap((node) => {
    const versions = known.get(node.type);
    if (!versions) return [{ code: "UNKNOWN_TYPE", node: node.name, message: node.type }];
    if (versions.has(node.typeVersion)) return [];
    return [{ code: "UNKNOWN_NODE_VERSION", node: node.name, message: `${node.type} ${node.typeVersion}` }];
  });
}

function structureOf(workflow) {
  const parsed = safeParseWorkflowStructure(workflow);
  if (parsed.success) return [];
  const { success, ...said } = parsed;
  return [{ code: "STRUCTURE", message: JSON.stringify(said) }];
}

function graphOf(workflow) {
  const { errors, warnings } = validateWorkflow(workflow, { validateSchema: true });
  return [...errors, ...warnings].map((one) => ({ code: one.code, node: one.nodeName, message: one.message }));
}

setSchemaBaseDirs(Object.keys(PREFIXES).map((folder) => join(DEFINITIONS, folder, "node-definitions")));
if (!existsSync(DEFINITIONS)) throw new Error("no node definitions here: run `make validator`");
const known = knownTypes();
let failed = 0;
for (const file of process.argv.slice(2)) {
  const workflow = JSON.parse(readFileSync(file, "utf8"));
  const found = [...structureOf(workflow), ...typesOf(workflow, known), ...graphOf(workflow)];
  failed += found.length;
  for (const one of found) console.log(JSON.stringify({ file, ...one }));
}
process.exitCode = failed ? 1 : 0;
