// The question and its answer, as signals. The answer on screen stays until the next one is here.
import { effect, signal } from "@preact/signals";
import { questionQuery, readQuestion, stretchOf, type Question } from "./question";
import { GROUPS, type Report, type Row } from "./wire";
import { wordsOf, type Words } from "./words";

interface NamedRef {
  id: string;
  name: string;
}

export interface Options {
  locale: "en" | "zh-Hans";
  queues: readonly NamedRef[];
  agents: readonly NamedRef[];
  tags: readonly NamedRef[];
  onSignedOut: () => void;
}

type Failure = "offline" | "invalid" | "other";

export const options = signal<Options>({ locale: "en", queues: [], agents: [], tags: [], onSignedOut: () => undefined });
export const words = signal<Words>(wordsOf("en"));
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
export const question = signal<Question>(readQuestion("", ownZone, Date.now()));
export const report = signal<Report | null>(null);
export const isLoading = signal(true);
export const failure = signal<Failure | null>(null);

const ADDRESS = "/api/v1/agent/reports";
let asked: AbortController | null = null;

export const ask = (change: Partial<Question>): void => {
  question.value = { ...question.peek(), ...change };
};

export const csvAddress = (group: string): string => `${ADDRESS}.csv?${questionQuery(question.value)}&group=${group}`;

/** Null where the session is over. */
async function fetchReport(query: string, signal: AbortSignal): Promise<Response | null> {
  const response = await fetch(`${ADDRESS}?${query}`, { credentials: "same-origin", signal });
  if (response.status !== 401) return response;
  options.peek().onSignedOut();
  return null;
}

export async function load(): Promise<void> {
  asked?.abort();
  const mine = (asked = new AbortController());
  isLoading.value = true;
  failure.value = null;
  try {
    const query = `${questionQuery(question.peek())}&group=${[stretchOf(question.peek()), ...GROUPS].join(",")}`;
    const response = await fetchReport(query, mine.signal);
    if (!response) return;
    if (response.ok) report.value = (await response.json()) as Report;
    else failure.value = response.status === 400 || response.status === 404 ? "invalid" : "other";
  } catch {
    if (mine.signal.aborted) return;
    failure.value = "offline";
  }
  isLoading.value = false;
}

/** By hour of the day: asked for only when somebody looks at it, so that the page costs no more. */
export const hours = signal<readonly Row[] | null>(null);
export const hoursFailed = signal(false);
const areHoursSeen = signal(false);
let hoursAsked: AbortController | null = null;

export const lookAtHours = (): void => void (areHoursSeen.value = true);

export async function loadHours(): Promise<void> {
  hoursAsked?.abort();
  const mine = (hoursAsked = new AbortController());
  hoursFailed.value = false;
  try {
    const response = await fetchReport(`${questionQuery({ ...question.peek(), compare: false })}&group=hour`, mine.signal);
    if (!response) return;
    if (!response.ok) throw new Error(String(response.status));
    hours.value = ((await response.json()) as { groups: { hour: Row[] } }).groups.hour;
  } catch {
    if (!mine.signal.aborted) hoursFailed.value = true;
  }
}

/** Follows the question: asks the server, and keeps the address of the page the same as what is shown. */
export function followQuestion(): () => void {
  question.value = readQuestion(location.search, ownZone, Date.now());
  const stop = effect(() => {
    const query = questionQuery(question.value);
    if (location.search !== `?${query}`) history.replaceState(history.state, "", `${location.pathname}?${query}`);
    void load();
    // What somebody looked at of one question is not yet of the next.
    hours.value = null;
    areHoursSeen.value = false;
    hoursAsked?.abort();
  });
  const stopHours = effect(() => void (areHoursSeen.value && loadHours()));
  return () => {
    stop();
    stopHours();
    asked?.abort();
    hoursAsked?.abort();
  };
}
