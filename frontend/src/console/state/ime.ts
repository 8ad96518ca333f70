// Input methods: keys that belong to the word being put together are nobody's shortcuts.

/** keyCode 229: Safari ends the composition before it tells of the key that ended it. */
export const isComposing = ({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean => isComposing || keyCode === 229;
