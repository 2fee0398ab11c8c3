import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSessions } from "@openclaw/sessions";
import { createAgentRuntime } from "@openclaw/agent-runtime";
const dir = mkdtempSync(join(tmpdir(), "b-"));
const usage = { inputTokens:{total:10,noCache:10,cacheRead:0,cacheWrite:0}, outputTokens:{total:5,text:5,reasoning:0} };
const model:any = { specificationVersion:"v4", provider:"p", modelId:"m", supportedUrls:{}, doGenerate:()=>Promise.reject(), async doStream(){ return { stream: new ReadableStream({ start(c){ c.enqueue({type:"text-start",id:"t"}); for (const d of ["Hello ","there, ","this is ","an answer."]) c.enqueue({type:"text-delta",id:"t",delta:d}); c.enqueue({type:"text-end",id:"t"}); c.enqueue({type:"finish",finishReason:{unified:"stop",raw:"stop"},usage}); c.close(); } }) }; } };
const ref={provider:"p",model:"m"};
const info:any={id:"m",name:"m",provider:"p",api:"openai-completions",contextWindow:200000,maxTokens:8000,reasoning:false,input:["text"],cost:{input:0,output:0,cacheRead:0,cacheWrite:0},available:true};
const models:any={defaultRef:async()=>ref,resolve:async()=>({ref,info,languageModel:model,reasoningTags:false,keySource:"none",providerOptions:(t:string)=>({openclaw:{thinking:t}})}),list:async()=>[info],canonical:()=>ref,aliases:()=>[],isAllowed:()=>true};
const config={agents:{defaults:{workspace:join(dir,"w"),maxConcurrent:4}}};
const sessions=openSessions({stateDir:dir,config:()=>({})});
const runtime=createAgentRuntime({models,sessions,config:()=>config,env:{HOME:dir,OPENCLAW_STATE_DIR:dir,PATH:process.env.PATH}});
let n=0;
async function turn(key:string,text="hello there"){ const t=performance.now(); const r=await runtime.start({runId:`r${n++}`,sessionKey:key,agentId:"main",prompt:{text}}).done; if(r.status!=="ok") throw new Error(JSON.stringify(r)); return performance.now()-t; }
function p(a:number[],q:number){ return [...a].sort((x,y)=>x-y)[Math.floor(a.length*q)]!.toFixed(3); }
await turn("agent:main:main");
let a:number[]=[]; for(let i=0;i<300;i++) await turn("agent:main:warm");
a=[]; const c0=process.cpuUsage(); for(let i=0;i<500;i++) a.push(await turn("agent:main:fresh"+(i%20))); const c=process.cpuUsage(c0);
console.log("20 sessions: p50",p(a,.5),"p95",p(a,.95),"cpu/turn ms",((c.user+c.system)/1000/500).toFixed(3));
a=[]; for(let i=0;i<4700;i++){ const d=await turn("agent:main:long"); if(i%500<50 && i%500>0) { a.push(d); if(i%500===49){ console.log("long session after",i*2,"messages p50",p(a,.5)); a=[]; } } }
(globalThis as any).gc?.(); const m0=process.memoryUsage();
for(let i=0;i<1000;i++) await turn("agent:main:idle"+i);
(globalThis as any).gc?.(); await new Promise(r=>setTimeout(r,50)); (globalThis as any).gc?.(); const m1=process.memoryUsage();
console.log("1000 sessions: heap +MB",((m1.heapUsed-m0.heapUsed)/1e6).toFixed(2),"rss +MB",((m1.rss-m0.rss)/1e6).toFixed(1));
await runtime.stop({drainMs:0}); await sessions.close(); rmSync(dir,{recursive:true,force:true});
