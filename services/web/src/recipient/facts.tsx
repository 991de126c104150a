/** The first lines: whose parcel it is, its number, what to pay and whom to call. */

import type { Shop, Snapshot } from "../contracts";
import type { Formats } from "../i18n/format";
import { spaced } from "../i18n/phone";
import type { Text } from "../i18n/text";
import { Box, Cash, Clock, Mail, Phone, Pin } from "../ui/icons";

export function ShopName({ shop, text }: { shop: Shop | null; text: Text }) {
  const name = shop?.name ?? "";
  return (
    <div class="shop">
      <span class="monogram" aria-hidden="true">
        {initial(name) ?? <Box />}
      </span>
      <div>
        {name !== "" && <p class="from">{text.shop.from}</p>}
        <h1 data-testid="shop">{name === "" ? text.page.title : name}</h1>
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
  const { phone } = shop.contact ?? {};
  return (
    <section class="facts">
      {view !== null && <Order view={view} text={text} />}
      <div class="tiles">
        {view !== null && <ToPay view={view} text={text} formats={formats} />}
        {phone !== undefined && (
          <a class="tile call" data-testid="call" href={`tel:${phone.replace(/[^\d+]/g, "")}`}>
            <Phone />
            <span>
              <span class="tile-label">
                {text.shop.call} <span class="unseen">{shop.name}</span>
              </span>
              <span class="tile-value">{spaced(phone)}</span>
            </span>
          </a>
        )}
      </div>
    </section>
  );
}

/** The shop's other ways, at the end of the page. */
export function ShopContact({ shop, text }: { shop: Shop; text: Text }) {
  const { email, hours } = shop.contact ?? {};
  if (email === undefined && hours === undefined) return null;
  return (
    <p class="contact">
      {hours !== undefined && (
        <span>
          <Clock />
          <span>
            <span class="unseen">{text.shop.hours}: </span>
            {hours}
          </span>
        </span>
      )}
      {email !== undefined && (
        <a href={`mailto:${email}`}>
          <Mail />
          {text.shop.write}
        </a>
      )}
    </p>
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
  const { cash, substatus, ended } = view.shipment;
  const paid = substatus === "Delivered_004";
  // After the end nothing is due any more, whatever has become of it.
  if ((ended === true && !paid) || (paid && cash === undefined)) return null;
  return (
    <div class={cash === undefined || paid ? "tile" : "tile due"} data-testid="cash">
      <Cash />
      {cash === undefined ? (
        <span class="tile-value">{text.shop.cashNone}</span>
      ) : (
        <span>
          <span class="tile-label">{paid ? text.shop.cashPaid : text.shop.cash}</span>
          <span class="tile-value">{formats.money(cash)}</span>
        </span>
      )}
    </div>
  );
}
