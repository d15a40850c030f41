/** What the window and the patient do besides: another time, the waiting list, the slip, the money back. */
import { intention, unwrap } from "../miniprogram/client.js";
import { refused, type Patient } from "./people.js";
import { expect, present, step } from "./steps.js";
import type { Clock, Staff } from "./world.js";

interface Hall {
  clock: Clock;
  staff: Staff;
  /** Has a bound card. */
  patient: Patient;
  /** Known to nobody yet. */
  other: Patient;
  hospital: string;
  department: string;
  doctor: string;
}

const keyed = (id: string) => ({ params: { path: { id }, header: { "Idempotency-Key": intention() } } });

/** The clerk's and the patient's everyday. */
export async function hall(at: Hall): Promise<void> {
  await otherTime(at);
  await waitingList(at);
  await window(at);
}

async function otherTime({ clock, patient, doctor }: Hall): Promise<void> {
  const [first, second] = await step("a day with two quiet times", async () => {
    const query = { practitioner_id: doctor };
    const days = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/days", { params: { query } }));
    const sessions = days.filter((day) => day.date > clock.day()).flatMap((day) => day.sessions);
    const free = (await Promise.all(sessions.map((session) => patient.slots(session.id)))).flat();
    const slots = free.filter((slot) => slot.remaining > 0);
    return [present(slots[0], "a time"), present(slots[1], "another time")];
  });
  const booked = await step("book the first", () => patient.book(first.id, "advance", intention()));
  const moved = await step("move to the second: the booking keeps its number for people", async () => {
    const body = { slot_id: second.id, reason: "改到方便的时间" };
    const call = { ...keyed(booked.id), body };
    const made = await unwrap(patient.api.POST("/api/miniprogram/v1/appointments/{id}/reschedule", call));
    expect(made.id === booked.id && made.appointment_no === booked.appointment_no, "the same booking", made);
    expect(made.slot_id === second.id, "the second time", made);
    return made;
  });
  await step("the history shows the move", async () => {
    const params = { path: { id: moved.id } };
    const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/appointments/{id}/changes", { params }));
    expect(rows.length === 1, "one change", rows);
  });
  await step("cancel it", async () => {
    const params = { path: { id: moved.id } };
    const row = await unwrap(patient.api.POST("/api/miniprogram/v1/appointments/{id}/cancel", { params }));
    expect(row.state === "cancelled", "cancelled", row);
  });
}

async function waitingList({ clock, patient, department, doctor }: Hall): Promise<void> {
  const wanted = { department_id: department, practitioner_id: doctor, first_date: clock.day(1), last_date: clock.day(3) };
  const entry = await step("join the waiting list", () =>
    unwrap(patient.api.POST("/api/miniprogram/v1/waitlist-entries", { body: wanted })),
  );
  await step("the same entry twice is refused", async () => {
    const answer = await refused(unwrap(patient.api.POST("/api/miniprogram/v1/waitlist-entries", { body: wanted })));
    expect(answer.status === 409, "409", answer);
  });
  await step("leave the waiting list", async () => {
    const params = { path: { id: entry.id } };
    await unwrap(patient.api.POST("/api/miniprogram/v1/waitlist-entries/{id}/leave", { params }));
  });
}

async function window({ clock, staff, patient, other, hospital, department }: Hall): Promise<void> {
  const clerk = await staff.as("clerk");
  await step("the clerk files a patient and finds the phone", async () => {
    await other.beFiled(hospital);
    const query = { phone: other.person.phone };
    const rows = await unwrap(clerk.GET("/api/admin/v1/patients", { params: { query } }));
    expect(rows.results.some((row) => row.id === other.id), "the patient", rows.count);
  });
  const registered = await step("register on the spot, paid in cash", async () => {
    const query = { department_id: department, date: clock.day() };
    const doctors = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/doctors", { params: { query } }));
    const open = doctors.flatMap((row) => row.sessions).find((row) => row.remaining > 0);
    const slot = await patient.freeSlot(present(open, "an open session").id);
    return unwrap(
      clerk.POST("/api/admin/v1/appointments", {
        params: { header: { "Idempotency-Key": intention() } },
        body: { patient_id: other.id, slot_id: slot.id, kind: "same_day", source: "window", paid_at_counter: true },
      }),
    );
  });
  await step("the slip is printed, and its second copy counted", async () => {
    const print = (reason: string) =>
      unwrap(
        clerk.POST("/api/admin/v1/appointments/{id}/slip-prints", { ...keyed(registered.id), body: { reason } }),
      );
    expect((await print("")).copy_no === 1, "the first copy");
    const again = await print("患者遗失");
    expect(again.copy_no === 2 && again.is_reprint, "a reprint", again);
  });
  await step("the cash goes back", async () => {
    const row = await unwrap(
      clerk.POST("/api/admin/v1/appointments/{id}/reverse-settlement", {
        ...keyed(registered.id),
        body: { reason: "收错人" },
      }),
    );
    expect(row.payment_status !== "paid_at_counter", "not paid any more", row);
  });
}
