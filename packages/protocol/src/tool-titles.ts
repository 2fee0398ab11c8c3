/** How a tool is shown to people, and which of its arguments say what a call is about. */
export interface ToolTitle {
  emoji: string;
  title: string;
  /** Arguments worth showing, the most telling first; `a.b` looks into an object. */
  detailKeys?: readonly string[];
  /** The same for one action of the tool, and how the action is called when its name does not say it well. */
  actions?: Readonly<Record<string, { label?: string; detailKeys?: readonly string[] }>>;
}

const keys = (text: string): readonly string[] => text.split(" ");
const browserPage = keys("targetUrl targetId");
const cameraKeys = keys("node nodeId facing deviceId");
const job = keys("jobId id");

/** Tools whose detail is a file or a command are shown by rules of their own. */
export const toolTitles: Readonly<Record<string, ToolTitle>> = {
  exec: { emoji: "🛠️", title: "Exec" },
  process: { emoji: "🧰", title: "Process" },
  read: { emoji: "📖", title: "Read" },
  write: { emoji: "✍️", title: "Write" },
  edit: { emoji: "📝", title: "Edit" },
  apply_patch: { emoji: "🩹", title: "Apply Patch" },
  attach: { emoji: "📎", title: "Attach" },
  browser: {
    emoji: "🌐",
    title: "Browser",
    actions: {
      status: { detailKeys: keys("profile") },
      start: { detailKeys: keys("profile") },
      stop: { detailKeys: keys("profile") },
      tabs: { detailKeys: keys("profile") },
      open: { detailKeys: browserPage },
      focus: { detailKeys: keys("targetId") },
      close: { detailKeys: keys("targetId") },
      snapshot: { detailKeys: keys("targetUrl targetId ref element selector snapshotFormat") },
      screenshot: { detailKeys: keys("targetUrl targetId ref element fullPage") },
      navigate: { detailKeys: browserPage },
      console: { detailKeys: keys("level targetId") },
      pdf: { detailKeys: keys("targetId") },
      upload: { detailKeys: keys("paths ref inputRef element targetId") },
      dialog: { detailKeys: keys("accept promptText targetId") },
      act: { detailKeys: keys("request.kind request.ref request.selector request.text request.value request.key") },
    },
  },
  canvas: {
    emoji: "🖼️",
    title: "Canvas",
    actions: {
      present: { detailKeys: keys("target url node") },
      hide: { detailKeys: keys("node") },
      navigate: { detailKeys: keys("url node") },
      eval: { detailKeys: keys("javaScript node") },
      snapshot: { detailKeys: keys("outputFormat node") },
      a2ui_push: { label: "A2UI push", detailKeys: keys("jsonlPath node") },
      a2ui_reset: { label: "A2UI reset", detailKeys: keys("node") },
    },
  },
  nodes: {
    emoji: "📱",
    title: "Nodes",
    actions: {
      status: { detailKeys: keys("node") },
      describe: { detailKeys: keys("node") },
      approve: { detailKeys: keys("requestId") },
      reject: { detailKeys: keys("requestId") },
      notify: { detailKeys: keys("title body node") },
      camera_list: { detailKeys: keys("node") },
      camera_snap: { detailKeys: cameraKeys },
      camera_clip: { detailKeys: [...cameraKeys, "duration", "durationMs"] },
      screen_record: { detailKeys: keys("node duration durationMs fps screenIndex") },
      location_get: { label: "location", detailKeys: keys("node desiredAccuracy") },
      run: { detailKeys: keys("command node cwd") },
      invoke: { detailKeys: keys("invokeCommand node") },
    },
  },
  cron: {
    emoji: "⏰",
    title: "Cron",
    actions: {
      add: { detailKeys: keys("job.name job.id name id") },
      update: { detailKeys: job },
      remove: { detailKeys: job },
      run: { detailKeys: job },
      runs: { detailKeys: job },
      wake: { detailKeys: keys("text mode") },
    },
  },
  whatsapp_login: {
    emoji: "🟢",
    title: "WhatsApp Login",
  },
  gateway: {
    emoji: "🔌",
    title: "Gateway",
    actions: {
      restart: { detailKeys: keys("reason delayMs") },
      "config.get": { label: "config get" },
      "config.schema": { label: "config schema" },
      "config.apply": { label: "config apply", detailKeys: keys("note restartDelayMs") },
      "config.patch": { label: "config patch", detailKeys: keys("note restartDelayMs") },
      "update.run": { label: "update", detailKeys: keys("note restartDelayMs") },
    },
  },
  message: {
    emoji: "✉️",
    title: "Message",
    detailKeys: keys("channel to target targets channelId guildId userId messageId emoji query"),
  },
  agents_list: { emoji: "🧭", title: "Agents" },
  sessions_list: { emoji: "🗂️", title: "Sessions", detailKeys: keys("kinds limit activeMinutes messageLimit") },
  sessions_history: { emoji: "🧾", title: "Session History", detailKeys: keys("sessionKey limit includeTools") },
  sessions_send: { emoji: "📨", title: "Session Send", detailKeys: keys("label sessionKey agentId timeoutSeconds") },
  sessions_spawn: {
    emoji: "🧑‍🔧",
    title: "Sub-agent",
    detailKeys: keys("label task agentId model thinking runTimeoutSeconds cleanup"),
  },
  session_status: { emoji: "📊", title: "Session Status", detailKeys: keys("sessionKey model") },
  tts: { emoji: "🧩", title: "Tts", detailKeys: keys("text channel") },
  image: { emoji: "🧩", title: "Image", detailKeys: keys("image prompt model") },
  memory_search: { emoji: "🧠", title: "Memory Search", detailKeys: keys("query") },
  memory_get: { emoji: "📓", title: "Memory Get", detailKeys: keys("path from lines") },
  web_search: { emoji: "🔎", title: "Web Search", detailKeys: keys("query count") },
  web_fetch: { emoji: "📄", title: "Web Fetch", detailKeys: keys("url extractMode maxChars") },
};

/** What is looked for in the arguments of a tool that is not in the table. */
export const fallbackDetailKeys = keys(
  "command path url targetUrl targetId ref element node nodeId id requestId to channelId guildId userId name query pattern messageId",
);

/** Labels that do not follow from the name of the argument. */
export const detailLabels: Readonly<Record<string, string>> = {
  agentId: "agent",
  sessionKey: "session",
  targetUrl: "url",
  runTimeoutSeconds: "timeout",
};
