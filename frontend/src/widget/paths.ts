// Icons after Lucide and Feather (ISC, MIT), only those in use, with rounded path data: every byte is loaded by visitors.
// Constants, not an object: most are written where they are used.

const RING = "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20z";
const SPEAKER = "M11 5 6 9H2v6h4l5 4z";

export const down = "m6 9 6 6 6-6";
export const more = "M12 12h0M19 12h0M5 12h0";
export const attach = "m21.4 11-9.1 9.2a6 6 0 0 1-8.5-8.5L13 2.5a4 4 0 0 1 5.6 5.7l-9.2 9.2a2 2 0 0 1-2.8-2.8L15 6.1";
export const smile = RING + "M8 14s1.5 2 4 2 4-2 4-2M9 9h0M15 9h0";
/** From -2, sad, to 2, happy. */
export const face = (mood: number): string => RING + `M9 9h0M15 9h0M8 ${15 - mood / 2}q4 ${mood * 2} 8 0`;
export const send = "m5 12 7-7 7 7M12 19V5";
export const check = "M20 6 9 17l-5-5";
export const checks = "M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16";
export const dial = RING + "M12 6v6h4";
export const alert = RING + "M12 8v4M12 16h0";
export const close = "M18 6 6 18M6 6l12 12";
export const file = "M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8zM14 2v6h6";
export const save = "M12 3v12m5-5-5 5-5-5M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4";
export const soundOn = SPEAKER + "M15.5 8.5a5 5 0 0 1 0 7M19 5a10 10 0 0 1 0 14";
export const soundOff = SPEAKER + "m16 9 6 6M22 9l-6 6";
export const retry = "M21 12a9 9 0 1 1-3-6.7L21 8M21 3v5h-5";
