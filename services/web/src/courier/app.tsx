import { DayPage } from "./parts/day_page";
import { Sign } from "./parts/sign";
import { Sheets } from "./sheets/sheets";
import { day, dayFailed, outbox, standing, text } from "./store";

export function App() {
  const { enrol, page } = text.value;
  switch (standing.value) {
    case "starting":
      return <Sign state="starting" title={page.loading} detail="" />;
    case "none":
      return <Sign state="none" {...enrol.none} />;
    case "working":
      return <Sign state="working" {...enrol.working} />;
    case "later":
      return <Sign state="later" {...enrol.later} />;
    case "gone":
      return <Sign state="gone" {...enrol.gone} />;
    case "no_store":
      return <Sign state="no_store" {...enrol.noStore} again />;
    case "ended": {
      const left = outbox.value.acts.some((act) => act.sent_ms === undefined);
      return <Sign state="ended" {...enrol.ended} more={left ? enrol.ended.kept : undefined} again />;
    }
    case "enrolled":
      if (day.value !== null) {
        return (
          <>
            <DayPage />
            <Sheets />
          </>
        );
      }
      return dayFailed.value ? (
        <Sign state="no_day" {...page.noDay} />
      ) : (
        <Sign state="loading" title={page.loading} detail="" />
      );
  }
}
