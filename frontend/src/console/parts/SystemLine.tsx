// What happened to the conversation, small and centred.
import type { LogEvent } from "../../engine";
import { me, myId } from "../state/session";
import { tags } from "../state/tags";
import { visitorName } from "../state/visitors";
import type { Reasons } from "../wire";
import { locale, words } from "../words";
import type { Dictionary } from "../words/en";
import { clockTime, fullTime } from "../words/times";
import { WhyButton } from "./Reasons";

interface Named {
  id?: string | null;
  name?: string | null;
  kind?: string;
}

/** `by` comes as a person, or as a kind ("visitor", "agent", "system"). */
function nameOf(who: unknown, say: Dictionary): string {
  if (!who) return "";
  if (typeof who === "string") return me.value?.agents.find((agent) => agent.id === who)?.name ?? "";
  const { id, name } = who as Named;
  return id && id === myId.value ? say.you : name ?? "";
}

const isVisitor = (who: unknown): boolean => who === "visitor" || (who as Named | null)?.kind === "visitor";

const isSystem = (who: unknown): boolean => (who as Named | null)?.kind === "system";

function targetName(to: unknown, say: Dictionary): string {
  const { agent, queue } = (to ?? {}) as { agent?: Named | null; queue?: Named | null };
  return nameOf(agent, say) || nameOf(queue, say);
}

const sentences: Record<string, (data: any, say: Dictionary) => string> = {
  "conversation.created": ({ page }, say) => {
    const where = page?.title || page?.url;
    return where ? say.logCreatedOn(where) : say.logCreated;
  },
  "conversation.assigned": ({ agent, by }, say) => {
    const [whom, who] = [nameOf(agent, say), nameOf(by, say)];
    if (isSystem(by)) return agent?.id === myId.value ? say.logRoutedToYou : say.logRouted(whom);
    return !who || who === whom ? say.logAssigned(whom) : say.logAssignedBy(whom, who);
  },
  "conversation.transferred": ({ to, by, reason }, say) => {
    if (reason === "overflow") return say.logOverflowed(targetName(to, say));
    const isTakeOver = to?.agent?.id && to.agent.id === by?.id;
    return isTakeOver ? say.logTookOver(nameOf(by, say)) : say.logTransferred(targetName(to, say), nameOf(by, say));
  },
  "conversation.released": ({ by, reason }, say) => {
    if (reason === "agent_silent") return say.logTakenBackSilent;
    return reason === "agent_absent" ? say.logTakenBack : say.logReleased(nameOf(by, say));
  },
  "conversation.closed": ({ reason, by }, say) => {
    if (isVisitor(by)) return say.logClosedByVisitor;
    if (reason === "merged") return say.profile.logClosedMerged;
    return reason === "idle" ? say.logClosedIdle : say.logClosed(nameOf(by, say));
  },
  "conversation.rated": ({ score, comment }, say) => say.logRated(score, comment),
  "conversation.left_message": ({ email }, say) => say.logLeftMessage(email),
  "conversation.mailed": ({ to, refused }, say) => say.logMailed(to, refused),
  "conversation.tagged": ({ tags: ids, by }, say) => {
    const names = (ids as string[]).flatMap((id) => tags.value.get(id)?.name ?? []);
    // Of tags that were deleted since nothing can be said.
    return ids.length && !names.length ? say.logOther : say.logTagged(names.join(say.listComma), nameOf(by, say));
  },
  "conversation.prioritised": ({ priority, by }, say) => say.logPrioritised(say.priorities[priority] ?? "", nameOf(by, say)),
  "conversation.snoozed": ({ until_ts, by }, say) => say.logSnoozed(fullTime(until_ts, locale.value), nameOf(by, say)),
  "conversation.woken": ({ reason, by }, say) => say.logWoken(reason, nameOf(by, say)),
  "conversation.merged": ({ from, into, by }, say) =>
    say.profile.logMerged(visitorName(from, say), visitorName(into, say), isVisitor(by) ? "" : nameOf(by, say)),
  "conversation.reopened": ({ by }, say) => say.logReopened(isVisitor(by) ? "" : nameOf(by, say)),
};

const question = (agent: Named | null, say: Dictionary): string =>
  agent?.id === myId.value ? say.whyYou : say.whyAssignedTo(nameOf(agent, say));

export function SystemLine({ event }: { event: LogEvent }) {
  const say = words.value;
  // Chinese names take a space beside them, "我" takes none.
  const text = (sentences[event.type]?.(event.data, say) ?? say.logOther).replace(/^我 | (?=我$)/, (at) => at.trim());
  const reasons = event.type === "conversation.assigned" ? (event.data.reasons as Reasons | undefined) : undefined;
  return (
    <div class="system-line" title={fullTime(event.ts, locale.value)}>
      <bdi>{text}</bdi> <time dateTime={new Date(event.ts).toISOString()}>{clockTime(event.ts, locale.value)}</time>
      {reasons?.by === "routing" && <> <WhyButton reasons={reasons} question={question(event.data.agent as Named, say)} /></>}
    </div>
  );
}
