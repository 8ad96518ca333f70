/** From sad to happy. */
export const FACES = "😞 🙁 😐 🙂 😄".split(" ");

/** What people send to a help desk; the system's own picker has the rest. */
export const EMOJI = (
  "😀 😄 😂 😊 🙂 😍 🥰 😘 😎 🤔 😅 😢 😭 😞 😡 🥳 👍 👎 👌 🙏 👏 👋 🤝 ❤️ 🔥 🎉 ✅ ❌ ❓ 📦 🚚 ☕"
).split(" ");
