/** The first lines: whose parcel it is, its number, what to pay and whom to call. */

import type { Shop, Snapshot } from "../contracts";
import type { Formats } from "../i18n/format";
import { fill, type Text } from "../i18n/text";
import { Box, Cash, Clock, Mail, Phone, Pin } from "../ui/icons";

export function ShopName({ shop, text }: { shop: Shop | null; text: Text }) {
  const name = shop?.name ?? "";
  return (
    <div class="shop">
      <span class="monogram" aria-hidden="true">
        {initial(name) ?? <Box />}
      </span>
      <div>
        <p class="from">{name === "" ? text.page.title : text.shop.from}</p>
        <h1 data-testid="shop">{name === "" ? "…" : name}</h1>
      </div>
    </div>
  );
}

function initial(name: string): string | undefined {
  return /\p{L}|\p{N}/u.exec(name)?.[0].toUpperCase();
}

interface Props {
  shop: Shop;
  view: Snapshot | null;
  text: Text;
  formats: Formats;
}

export function Facts({ shop, view, text, formats }: Props) {
  const { phone, email, hours } = shop.contact ?? {};
  return (
    <section class="facts">
      {view !== null && <Order view={view} text={text} />}
      <div class="tiles">
        {view !== null && <ToPay view={view} text={text} formats={formats} />}
        {phone !== undefined && (
          <a
            class="tile call"
            data-testid="call"
            href={`tel:${phone.replace(/[^\d+]/g, "")}`}
            aria-label={fill(text.shop.callLabel, { shop: shop.name, phone })}
          >
            <Phone />
            <span>
              <span class="tile-label">{text.shop.call}</span>
              <span class="tile-value">{spaced(phone)}</span>
            </span>
          </a>
        )}
      </div>
      {(email !== undefined || hours !== undefined) && (
        <p class="contact">
          {hours !== undefined && (
            <span>
              <Clock />
              <span class="unseen">{text.shop.hours}: </span>
              {hours}
            </span>
          )}
          {email !== undefined && (
            <a href={`mailto:${email}`}>
              <Mail />
              {text.shop.write}
            </a>
          )}
        </p>
      )}
    </section>
  );
}

function Order({ view, text }: { view: Snapshot; text: Text }) {
  const { shipment, home } = view;
  return (
    <>
      <p class="order">
        <span>
          {text.shop.order} <b data-testid="order">{shipment.order_number}</b>
        </span>
        <span data-testid="parcels">{text.count("parcels", shipment.parcels ?? 1)}</span>
      </p>
      {home !== undefined && (
        <p class="to">
          <Pin />
          <span>
            {text.shop.to} <b>{home.name}</b>, {home.address}
          </span>
        </p>
      )}
    </>
  );
}

function ToPay({ view, text, formats }: { view: Snapshot; text: Text; formats: Formats }) {
  const { cash } = view.shipment;
  return (
    <div class={cash === undefined ? "tile" : "tile due"} data-testid="cash">
      <Cash />
      {cash === undefined ? (
        <span class="tile-value">{text.shop.cashNone}</span>
      ) : (
        <span>
          <span class="tile-label">{text.shop.cash}</span>
          <span class="tile-value">{formats.money(cash)}</span>
        </span>
      )}
    </div>
  );
}

/** E.164 in groups that can be read aloud: +30 21 0000 0000 would need each country's plan, threes do. */
function spaced(phone: string): string {
  const digits = phone.replace(/[^\d+]/g, "");
  if (!/^\+\d{8,15}$/.test(digits)) return phone;
  const tail = digits.slice(3).replace(/(\d{3})(?=\d{3})/g, "$1\u00a0");
  return `${digits.slice(0, 3)}\u00a0${tail}`;
}
