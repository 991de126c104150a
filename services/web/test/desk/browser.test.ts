import { describe, expect, it } from "vitest";
import { browserOf, onlyHere } from "../../src/desk/views/couriers/browser";

const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0";
const APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

describe("a phone", () => {
  it("is called by its browser and system", () => {
    const called = {
      [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36`]: "Chrome, Android",
      [`Mozilla/5.0 (Linux; Android 10; K) ${CHROME} Mobile Safari/537.36 EdgA/140.0.0.0`]: "Edge, Android",
      "Mozilla/5.0 (Linux; Android 14; SM-S911B) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":
        "Samsung Internet, Android",
      "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0": "Firefox, Android",
      [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${APPLE} Version/18.6 Mobile/15E148 Safari/604.1`]:
        "Safari, iPhone",
      [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${APPLE} CriOS/140.0 Mobile/15E148 Safari/604.1`]:
        "Chrome, iPhone",
      [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`]: "Chrome, Linux",
      [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${CHROME} Safari/537.36`]: "Chrome, macOS",
    };
    for (const [agent, name] of Object.entries(called)) expect(browserOf(agent)).toBe(name);
  });

  it("keeps a name that is no browser's", () => {
    for (const name of ["Eleni's phone", "okhttp/4.12", ""]) expect(browserOf(name)).toBe(name);
  });

  it("does not get to an address of this machine alone", () => {
    for (const host of ["127.0.0.1:8443", "localhost", "[::1]:8080", "127.0.1.1"])
      expect(onlyHere(`http://${host}/courier#code=a`)).toBe(true);
    for (const url of ["http://192.168.1.20:8443/", "https://localhost.example.org/", "not an address"])
      expect(onlyHere(url)).toBe(false);
  });
});
