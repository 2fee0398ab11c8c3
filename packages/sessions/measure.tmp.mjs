const t0=performance.now(); const rss0=process.memoryUsage().rss;
const { openSessions, SessionIndex, zeroUsage } = await import("@openclaw/sessions");
console.log("import ms", (performance.now()-t0).toFixed(1), "rss MB", ((process.memoryUsage().rss-rss0)/1e6).toFixed(1));
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs"; import { join } from "node:path";
const dir = mkdtempSync("/tmp/oc-sess/m-");
const s = openSessions({ stateDir: dir, config: () => ({}) });
const idx = s.index("main");
let t=performance.now();
for (let i=0;i<10000;i++) idx.update(`agent:main:telegram:direct:${i}`, () => ({ sessionId: crypto.randomUUID(), updatedAt: 1e12+i, sessionFile: `/home/u/.openclaw/agents/main/sessions/${i}.jsonl`, chatType:"direct", deliveryContext:{channel:"telegram",to:String(i)}, lastChannel:"telegram", lastTo:String(i), origin:{provider:"telegram",surface:"telegram",from:String(i)}, inputTokens: 1, outputTokens:2,totalTokens:3, model:"fake-1", modelProvider:"fake", contextTokens:128000, systemSent:true, abortedLastRun:false, compactionCount:0 }));
console.log("create 10k ms", (performance.now()-t).toFixed(0));
t=performance.now(); await s.flush(); console.log("snapshot 10k ms", (performance.now()-t).toFixed(0));
t=performance.now(); for (let i=0;i<2000;i++) idx.update(`agent:main:telegram:direct:${i}`, () => ({ updatedAt: 1e12+20000+i })); console.log("update us", ((performance.now()-t)/2).toFixed(1));
t=performance.now(); for (let i=0;i<2000;i++) s.ensure(`agent:main:telegram:direct:${i}`, {now: 1e12+60000+i}); console.log("ensure us", ((performance.now()-t)/2).toFixed(1));
t=performance.now(); for (let i=0;i<2000;i++) idx.recent(10); console.log("recent(10) us", ((performance.now()-t)/2).toFixed(1));
await s.close();
globalThis.gc?.(); let h0=process.memoryUsage().heapUsed;
t=performance.now(); const s2 = openSessions({ stateDir: dir, config: () => ({}) }); s2.index("main"); console.log("load 10k ms", (performance.now()-t).toFixed(1));
globalThis.gc?.(); console.log("10k heap MB", ((process.memoryUsage().heapUsed-h0)/1e6).toFixed(1));
await s2.close();
// 1000 idle sessions with transcripts
const dir2 = mkdtempSync("/tmp/oc-sess/m-"); const s3 = openSessions({ stateDir: dir2, config: () => ({}) });
globalThis.gc?.(); h0=process.memoryUsage(); 
for (let i=0;i<1000;i++){ s3.ensure(`k${i}`); const tr=s3.transcript(`k${i}`); for(let n=0;n<20;n++){ tr.appendMessage({role:"user",content:"q".repeat(200),timestamp:1}); tr.appendMessage({role:"assistant",content:[{type:"text",text:"a".repeat(800)}],api:"x",provider:"p",model:"m",usage:zeroUsage(),stopReason:"stop",timestamp:2}); } tr.context(); }
globalThis.gc?.(); console.log("1000 sessions heap MB", ((process.memoryUsage().heapUsed-h0.heapUsed)/1e6).toFixed(1), "rss", ((process.memoryUsage().rss-h0.rss)/1e6).toFixed(1));
// long transcript
s3.ensure("long"); const L=s3.transcript("long");
t=performance.now(); for(let n=0;n<5000;n++){ L.appendMessage({role:"user",content:"q".repeat(200),timestamp:1}); L.appendMessage({role:"assistant",content:[{type:"text",text:"a".repeat(800)}],api:"x",provider:"p",model:"m",usage:zeroUsage(),stopReason:"stop",timestamp:2}); }
console.log("append us", ((performance.now()-t)/10).toFixed(1));
t=performance.now(); for(let n=0;n<20;n++) L.history(200); console.log("history(200) of 10k ms", ((performance.now()-t)/20).toFixed(2));
const S=s3.transcript("k1"); for(let n=0;n<80;n++){ S.appendMessage({role:"user",content:"q".repeat(200),timestamp:1}); S.appendMessage({role:"assistant",content:[{type:"text",text:"a".repeat(800)}],api:"x",provider:"p",model:"m",usage:zeroUsage(),stopReason:"stop",timestamp:2}); }
t=performance.now(); for(let n=0;n<20;n++) S.history(200); console.log("history(200) of 200 ms", ((performance.now()-t)/20).toFixed(2));
t=performance.now(); for(let n=0;n<100;n++) L.context(); console.log("context cached us", ((performance.now()-t)*10).toFixed(1));
L.close(); t=performance.now(); L.leafId; console.log("reopen 10k ms", (performance.now()-t).toFixed(2)); t=performance.now(); L.context(); console.log("load context 10k ms", (performance.now()-t).toFixed(1));
L.append({type:"compaction",summary:"s",firstKeptEntryId:L.activePath().at(-20).id,tokensBefore:1}); L.close(); t=performance.now(); L.context(); console.log("load compacted ms", (performance.now()-t).toFixed(2));
await s3.close(); rmSync("/tmp/oc-sess",{recursive:true});
