/**
 * Stands in for `node-fetch`, which a chat library brings along and nobody calls: its requests are ours. The package would make
 * Node warn of modules that are going away at every start.
 */
export default function unusedFetch(): never {
  throw new Error("node-fetch is not part of this program");
}
