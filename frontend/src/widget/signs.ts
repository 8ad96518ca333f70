/** What people send to a help desk; the system's own picker has the rest. */
export const EMOJI = (
  "😀 😄 😂 😊 🙂 😍 🥰 😘 😎 🤔 😅 😢 😭 😞 😡 🥳 👍 👎 👌 🙏 👏 👋 🤝 ❤️ 🔥 🎉 ✅ ❌ ❓ 📦 🚚 ☕"
).split(" ");
