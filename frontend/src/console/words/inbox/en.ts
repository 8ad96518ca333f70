// The list pane's words: views, filters, ticks, sleep, and what the log says of them.
export const inboxEn = {
  priorities: { 1: "Low", 2: "Normal", 3: "High", 4: "Urgent" } as Record<number, string>,
  logTagged: (by: string) => (by ? `${by} changed the tags` : "Tags changed"),
  logPrioritised: (priority: string, by: string) => `${by ? `${by} set the priority` : "Priority set"} to ${priority.toLowerCase()}`,
  logSnoozed: (until: string, by: string) => `${by ? `${by} snoozed this` : "Snoozed"} until ${until}`,
  logWoken: (reason: string, by: string) =>
    reason === "visitor" ? "Back: the visitor wrote" : reason === "agent" ? `${by} ended the snooze` : "Back: the snooze is over",
};
