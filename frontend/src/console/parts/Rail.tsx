// The narrow bar at the left: brand, inbox, help, settings, account.
import { BoardIcon, InboxIcon, KeyboardIcon, ReportsIcon, SettingsIcon, SignalIcon, SignOutIcon } from "../../design/icons";
import { signOut } from "../api";
import { setAvailability, switchBrand } from "../state/actions";
import { connection } from "../state/desk";
import { calling, unreadElsewhere } from "../state/elsewhere";
import { freshenPeople } from "../state/freshen";
import { go, route, type Page } from "../state/route";
import { isAdmin, isSupervisor, me } from "../state/session";
import { isSettingsOpen, isSheetOpen } from "../state/shortcuts";
import { unreadMine } from "../state/tally";
import { AVAILABILITIES } from "../wire";
import { words } from "../words";
import { Avatar } from "./Avatar";
import { Menu, MenuChoice, MenuGroup, MenuItem } from "./Menu";

export function Rail() {
  const say = words.value;
  const unread = unreadMine.value;
  const { page } = route.value;
  return (
    <nav class="rail" aria-label={say.appName}>
      <BrandMark />
      <button type="button" class="rail-button" aria-current={page === "inbox" ? "page" : undefined} aria-label={unread ? `${say.inbox}, ${say.unreadCount(unread)}` : say.inbox} data-tip={say.inbox} onClick={() => go({ conversation: null, q: "" })}>
        <InboxIcon />
        {unread > 0 && <span class="rail-badge" aria-hidden="true">{unread > 99 ? "99+" : unread}</span>}
      </button>
      {isSupervisor.value && (
        <>
          <RailPage name="board" label={say.board} icon={<BoardIcon />} />
          <RailPage name="reports" label={say.reports} icon={<ReportsIcon />} />
        </>
      )}
      <span class="rail-gap" />
      <LowerRung />
      <button type="button" class="rail-button rail-keys" aria-label={say.shortcuts} data-tip={say.shortcuts} data-keys="?" onClick={() => (isSheetOpen.value = true)}>
        <KeyboardIcon />
      </button>
      {isAdmin.value && (
        <a class="rail-button" href="/admin/" aria-label={say.settings} data-tip={say.settings}>
          <SettingsIcon />
        </a>
      )}
      <AccountMenu />
    </nav>
  );
}

function RailPage({ name, label, icon }: { name: Page; label: string; icon: preact.JSX.Element }) {
  return (
    <button type="button" class="rail-button" aria-current={route.value.page === name ? "page" : undefined} aria-label={label} data-tip={label} onClick={() => go({ page: name, conversation: null, q: "" })}>
      {icon}
    </button>
  );
}

/** No alarm: on long poll and poll everything works. Whoever wonders about a delay finds the reason here. */
function LowerRung() {
  const state = connection.value;
  if (state.kind !== "live" || !state.rung) return null;
  const why = words.value.lowerRung[state.rung]!;
  return (
    <span class="rail-button rail-line" role="img" aria-label={why} data-tip={why}>
      <SignalIcon />
    </span>
  );
}

function BrandMark() {
  const { brand, brands } = me.value!;
  const say = words.value;
  const news = unreadElsewhere.value;
  const mark = (
    <>
      <span class="brand-mark" aria-hidden="true">{[...brand.name][0]?.toUpperCase()}</span>
      {news > 0 && <span class="rail-badge" aria-hidden="true">{news > 99 ? "99+" : news}</span>}
    </>
  );
  const label = `${say.switchBrand}: ${brand.name}${news ? `, ${say.unreadElsewhere(news)}` : ""}`;
  if (brands.length < 2) return <span class="rail-brand" title={brand.name}>{mark}</span>;
  return (
    <Menu label={label} tip={say.switchBrand} place="right-start" buttonClass="rail-brand" button={mark} onOpen={freshenPeople}>
      <MenuGroup label={say.brands}>
        {brands.map((one) => (
          <MenuChoice key={one.slug} isChosen={one.slug === brand.slug} onChoose={() => one.slug !== brand.slug && void switchBrand(one.slug)}>
            <span class="brand-dot" style={{ background: one.accent }} />
            {one.name}
            <CallingThere slug={one.slug} />
          </MenuChoice>
        ))}
      </MenuGroup>
    </Menu>
  );
}

function CallingThere({ slug }: { slug: string }) {
  const there = calling.value.find((one) => one.slug === slug);
  const text = there ? words.value.callingThere(there.unread, there.waiting) : "";
  return text ? <span class="menu-aside">{text}</span> : null;
}

function AccountMenu() {
  const { agent, user } = me.value!;
  const say = words.value;
  const button = (
    <span class="rail-me">
      <Avatar name={agent.name} />
      <span class={`presence presence-${agent.availability}`} />
    </span>
  );
  const label = `${say.account}: ${agent.name}, ${say.availability[agent.availability]}`;
  return (
    <Menu label={label} tip={say.availability[agent.availability]} place="right-end" buttonClass="rail-account" button={button}>
      <div class="menu-person" role="presentation">
        <strong>{agent.name}</strong>
        <span>{user.email}</span>
      </div>
      <MenuGroup label={say.availabilityLabel}>
        {AVAILABILITIES.map((one) => (
          <MenuChoice key={one} isChosen={agent.availability === one} onChoose={() => void setAvailability(one)}>
            <span class={`presence presence-${one}`} />
            {say.availability[one]}
          </MenuChoice>
        ))}
      </MenuGroup>
      <div class="menu-group" role="group">
        <MenuItem onChoose={() => (isSettingsOpen.value = true)}>
          <SettingsIcon />
          {say.preferences}
        </MenuItem>
      </div>
      <div class="menu-group" role="group">
        <MenuItem onChoose={signOut}>
          <SignOutIcon />
          {say.signOut}
        </MenuItem>
      </div>
    </Menu>
  );
}
