import { readStoreFile, readStoreObject } from "./src/store-file.ts";
import { RecencyOrder } from "./src/recency-order.ts";
import { writeFileSync, readFileSync } from "node:fs";
const o={}; for(let i=0;i<10000;i++) o[`agent:main:telegram:direct:${i}`]={ sessionId: crypto.randomUUID(), updatedAt: 1e12+i, sessionFile: `/home/u/.openclaw/agents/main/sessions/${i}.jsonl`, chatType:"direct", deliveryContext:{channel:"telegram",to:String(i)}, lastChannel:"telegram", lastTo:String(i), origin:{provider:"telegram",surface:"telegram",from:String(i)}, inputTokens: 1, outputTokens:2,totalTokens:3, model:"fake-1", modelProvider:"fake", contextTokens:128000, systemSent:true, abortedLastRun:false, compactionCount:0 };
writeFileSync("/tmp/oc-prof.json", JSON.stringify(o,null,2));
let t=performance.now(); const text=readFileSync("/tmp/oc-prof.json","utf8"); console.log("read",performance.now()-t, text.length);
t=performance.now(); const root=JSON.parse(text); console.log("parse",performance.now()-t);
t=performance.now(); const c=readStoreObject(root); console.log("entries",performance.now()-t);
t=performance.now(); RecencyOrder.from([...c.entries].map(([k,e])=>[k,e,e.updatedAt])); console.log("order",performance.now()-t);
