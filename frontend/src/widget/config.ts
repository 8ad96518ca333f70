// What templates/widget/panel.html puts into the page as JSON.

export interface Config {
  key: string;
  brand: { name: string; accent: string; slug: string };
  locale: string;
}

export function readConfig(): Config {
  return JSON.parse(document.getElementById("kefu-config")!.textContent!) as Config;
}
