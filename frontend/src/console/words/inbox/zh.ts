import type { inboxEn } from "./en";

export const inboxZh: typeof inboxEn = {
  priorities: { 1: "低", 2: "普通", 3: "高", 4: "紧急" },
  logTagged: (by) => (by ? `${by} 修改了标签` : "标签已修改"),
  logPrioritised: (priority, by) => (by ? `${by} 将优先级设为${priority}` : `优先级设为${priority}`),
  logSnoozed: (until, by) => (by ? `${by} 将会话稍后提醒至 ${until}` : `稍后提醒至 ${until}`),
  logWoken: (reason, by) =>
    reason === "visitor" ? "访客发来消息，会话已恢复" : reason === "agent" ? `${by} 取消了稍后提醒` : "稍后提醒时间已到",
};
