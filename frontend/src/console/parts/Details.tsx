// The context pane: who the visitor is, where they are, what your site knows of them, what was before.
import { useEffect, useRef } from "preact/hooks";
import { AlertIcon, CloseIcon, GlobeIcon, MailIcon, MonitorIcon, PhoneIcon, UserIcon, VerifiedIcon } from "../../design/icons";
import { now } from "../state/clock";
import { currentThread, isOnSocket } from "../state/desk";
import { hideDetails, isDetailsOver, isDetailsShown, isWide } from "../state/layout";
import { failedProfile, loadProfile, mergeAsked, saveProfile, setBlocked } from "../state/profile";
import type { Thread } from "../state/thread";
import { showError, showToast } from "../state/toasts";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { fullTime, languageName, shortTime, span } from "../words/times";
import type { Profile, Row } from "../wire";
import { AssignmentsSection } from "./Assignments";
import { Avatar } from "./Avatar";
import { Attributes } from "./details/Attributes";
import { Former, Ratings } from "./details/Former";
import { PageTrail } from "./details/PageTrail";
import { PersonNotes } from "./details/PersonNotes";
import { ProfileField } from "./ProfileField";

const HOUR_MS = 3_600_000;
const PROFILE_LANGUAGES = ["en", "zh-hans"];

export function Details() {
  const thread = currentThread.value;
  if (!thread || !isDetailsShown.value || thread.isInTrouble) return null;
  const row = thread.row.value;
  const isOver = isDetailsOver.value && !isWide.value;
  return (
    <>
      {isOver && <div class="scrim" onClick={hideDetails} />}
      <DetailsPane isOver={isOver}>
        {row ? <Known thread={thread} row={row} /> : <DetailsSkeleton />}
      </DetailsPane>
    </>
  );
}

function DetailsPane({ isOver, children }: { isOver: boolean; children: preact.ComponentChildren }) {
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isOver) pane.current?.focus();
  }, [isOver]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !isOver) return;
    event.stopPropagation();
    hideDetails();
  };
  return (
    <aside class={`details${isOver ? " is-over" : ""}`} aria-label={words.value.details} tabIndex={-1} ref={pane} onKeyDown={onKeyDown}>
      <header class="details-head">
        <h2>{words.value.details}</h2>
        <button type="button" class="icon-button details-close" aria-label={words.value.hideDetails} onClick={hideDetails}>
          <CloseIcon />
        </button>
      </header>
      <div class="details-body">{children}</div>
    </aside>
  );
}

function Known({ thread, row }: { thread: Thread; row: Row }) {
  const profile = thread.profile.value;
  const say = words.value;
  const name = visitorName(row.visitor, say);
  return (
    <>
      <div class="person">
        <Avatar id={row.visitor.id} name={name} size="l" isOnline={row.visitor.online === true} />
        <div class="person-text">
          <h3 title={name}>{name}</h3>
          <p>{row.visitor.online ? say.online : lastSeen(profile)}</p>
        </div>
      </div>
      <Identity isKnown={row.visitor.identified} />
      {/* By person: what is open in one person's pane is never about the next. */}
      {profile ? <ProfileSections key={profile.id} thread={thread} profile={profile} row={row} /> : <DetailsSkeleton />}
    </>
  );
}

function lastSeen(profile: Profile | null): string {
  const say = words.value;
  if (!profile?.last_seen_ts) return say.offlineNow;
  const age = now.value - profile.last_seen_ts;
  if (age < HOUR_MS) return say.offlineSince(span(age, locale.value), true);
  return say.offlineSince(shortTime(profile.last_seen_ts, now.value, locale.value), false);
}

function Identity({ isKnown }: { isKnown: boolean }) {
  const say = words.value;
  return (
    <div class={`identity${isKnown ? " is-known" : ""}`}>
      {isKnown ? <VerifiedIcon /> : <UserIcon />}
      <div>
        <strong>{isKnown ? say.identified : say.notIdentified}</strong>
        <span>{isKnown ? say.identifiedHint : say.notIdentifiedHint}</span>
      </div>
    </div>
  );
}

function ProfileSections({ thread, profile, row }: { thread: Thread; profile: Profile; row: Row }) {
  const say = words.value;
  const { joined } = thread;
  // Joined first, read afterwards: pages and changes that are told in between are in what is read.
  const isJoining = joined.value === 0 && isOnSocket.value;
  useEffect(() => void (isJoining || loadProfile(thread)), [thread.id, profile.id, joined.value, isJoining]);
  return (
    <>
      {profile.blocked && <Blocked thread={thread} blocked={profile.blocked} />}
      <Duplicates thread={thread} profile={profile} />
      <dl class="facts">
        <ProfileField thread={thread} field="name" icon={UserIcon} label={say.name} type="text" />
        <ProfileField thread={thread} field="email" icon={MailIcon} label={say.email} type="email" />
        <ProfileField thread={thread} field="phone" icon={PhoneIcon} label={say.phone} type="tel" />
        <LanguageField thread={thread} profile={profile} />
        <DeviceLine profile={profile} />
      </dl>
      {failedProfile.value === thread.id && (
        <p class="quiet" role="alert">
          {say.profile.failed}{" "}
          <button type="button" class="link" onClick={() => void loadProfile(thread)}>{say.retry}</button>
        </p>
      )}
      <PageTrail thread={thread} profile={profile} />
      <PersonNotes thread={thread} profile={profile} />
      <Attributes thread={thread} profile={profile} />
      <AssignmentsSection key={row.id} row={row} />
      <Ratings satisfaction={profile.satisfaction ?? null} />
      <Former thread={thread} profile={profile} />
      <footer class="details-foot">
        {profile.created_ts && <span>{say.profile.firstSeen(fullTime(profile.created_ts, locale.value))}</span>}
        {!profile.blocked && <button type="button" class="link" onClick={() => block(thread, true)}>{say.profile.block}</button>}
        <button type="button" class="link" onClick={() => (mergeAsked.value = { thread, other: null })}>{say.profile.merge}</button>
      </footer>
    </>
  );
}

function block(thread: Thread, isBlocked: boolean): void {
  const say = words.peek();
  const undo = { label: say.undo, run: () => block(thread, !isBlocked) };
  const text = isBlocked ? say.profile.blocked : say.profile.unblocked;
  setBlocked(thread, isBlocked).then(() => showToast({ kind: "done", text, action: undo }), showError);
}

function Blocked({ thread, blocked }: { thread: Thread; blocked: NonNullable<Profile["blocked"]> }) {
  const say = words.value.profile;
  return (
    <div class="blocked">
      <AlertIcon />
      <div>
        <strong>{say.blockedBy(blocked.by, fullTime(blocked.ts, locale.value))}</strong>
        <span>{say.blockedHint}</span>
      </div>
      <button type="button" class="link" onClick={() => block(thread, false)}>{say.unblock}</button>
    </div>
  );
}

function Duplicates({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value;
  if (!profile.duplicates?.length) return null;
  return (
    <div class="duplicates">
      <strong>{say.profile.samePerson}</strong>
      {profile.duplicates.slice(0, 2).map((one) => (
        <div key={one.id}>
          <bdi title={one.email ?? ""}>{visitorName(one, say)}</bdi>
          <span>{say.profile.conversationsOf(one.conversations)}</span>
          <button type="button" class="link" aria-label={say.profile.mergePick(visitorName(one, say))} onClick={() => (mergeAsked.value = { thread, other: one.id })}>
            {say.profile.mergeAction}
          </button>
        </div>
      ))}
    </div>
  );
}

function LanguageField({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value;
  const choose = (choice: string): void => {
    if (choice) saveProfile(thread, { locale: choice }).catch(showError);
  };
  return (
    <div class="fact-row">
      <dt title={say.language}><GlobeIcon /><span class="kf-sr">{say.language}</span></dt>
      <dd>
        <select class="fact-select" aria-label={say.language} value={profile.locale ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
          {!profile.locale && <option value="">{say.profile.unknownLanguage}</option>}
          {PROFILE_LANGUAGES.map((tag) => (
            <option key={tag} value={tag}>{languageName(tag, locale.value)}</option>
          ))}
        </select>
      </dd>
    </div>
  );
}

function DeviceLine({ profile }: { profile: Profile }) {
  const say = words.value.profile;
  const { device } = profile;
  const text = device && [say.kinds[device.kind], device.os, device.browser].filter(Boolean).join(" · ");
  if (!text) return null;
  return (
    <div class="fact-row">
      <dt title={say.device}><MonitorIcon /><span class="kf-sr">{say.device}</span></dt>
      <dd>{text}</dd>
    </div>
  );
}

function DetailsSkeleton() {
  return (
    <div class="details-skeleton" aria-hidden="true">
      {[70, 88, 52, 64].map((width) => (
        <span key={width} class="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
