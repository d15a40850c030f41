/**
 * The main journey through the generated clients, against a running stack: `node main.js SETTINGS.json`.
 * Every step is printed; the exit code is 1 as soon as an expectation fails.
 */
import { readFileSync } from "node:fs";

import { intention, unwrap } from "../miniprogram/client.js";
import { cashier } from "./cashier.js";
import { hall } from "./hall.js";
import { paying, refusedWith } from "./paying.js";
import { Patient, refused } from "./people.js";
import { eventually, expect, finish, present, step } from "./steps.js";
import { Clock, Phones, Staff, type Settings } from "./world.js";

const settings = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Settings;
const clock = new Clock(settings.clock_file);
const phones = new Phones(settings.sandbox_url);
const staff = new Staff(settings);
process.on("exit", () => clock.restore());

clock.set(1, 7);
const patient = new Patient(settings, phones, staff);
const hospital = await step("the hospital of the window", async () => {
  const me = await unwrap((await staff.as("clerk")).GET("/api/admin/v1/auth/me"));
  return present(me.staff, "a member of staff").hospital_id;
});
await step("the window files the patient and issues a card", () => patient.beFiled(hospital));
await step("sign in by WeChat code", () => patient.signIn());
await step("services ask for a card", async () => {
  const answer = await refused(unwrap(patient.api.GET("/api/miniprogram/v1/appointments")));
  expect(answer.code === "card_required", "card_required", answer);
});
await step("a wrong name is refused like any other mismatch", async () => {
  const wrong = await refused(patient.bind(hospital, { name: "别人" }));
  const unknown = await refused(patient.bind(hospital, { card_number: "770000000000" }));
  expect(wrong.code === "binding_mismatch" && JSON.stringify(wrong) === JSON.stringify(unknown), "one refusal", wrong);
});
await step("bind the own card", async () => {
  const bound = await patient.bind(hospital);
  expect(bound.national_id.includes("*") && bound.phone.includes("*"), "masked values", bound);
});
const templates = await step("accept WeChat messages", async () => {
  const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/messages/templates"));
  for (const id of rows.flatMap((row) => row.template_ids)) {
    await phones.accept(patient.openid, id, 3);
    await unwrap(
      patient.api.POST("/api/miniprogram/v1/messages/consents", { body: { template_id: id, accepted: 3 } }),
    );
  }
  return new Map(rows.map((row) => [row.scene, row.template_ids]));
});

/** What WeChat shows the patient of a scene. */
async function shown(scene: string) {
  const ids = present(templates.get(scene), `templates of ${scene}`);
  return (await phones.received(patient.openid)).filter((message) => ids.includes(message.template));
}

async function told(scene: string, seconds = 30): Promise<void> {
  await eventually(scene, async () => ((await shown(scene)).length ? true : undefined), seconds);
  expect((await shown(scene)).length === 1, "one message", await shown(scene));
}

const doctorAccount = staff.account("doctor_a");
const department = await step("browse departments", async () => {
  const query = { hospital_id: hospital };
  const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/departments", { params: { query } }));
  return present(rows.find((row) => row.name === doctorAccount.department && row.is_bookable), "the department");
});
const tomorrow = clock.day(1);
const doctor = await step("browse doctors of the department", async () => {
  const query = { department_id: department.id, date: tomorrow };
  const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/doctors", { params: { query } }));
  return present(rows.find((row) => row.name === doctorAccount.name), "the doctor");
});
const session = await step("choose a date", async () => {
  const query = { practitioner_id: doctor.id };
  const days = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/days", { params: { query } }));
  const day = present(days.find((row) => row.date === tomorrow), tomorrow);
  return present(day.sessions.find((row) => row.remaining >= 3), "a session with numbers left");
});
const slot = await step("choose a time", () => patient.freeSlot(session.id));
const key = intention();
const appointment = await step("book for tomorrow", () => patient.book(slot.id, "advance", key));
await step("the same request again books nothing new", async () => {
  expect((await patient.book(slot.id, "advance", key)).id === appointment.id, "the same booking");
});
await step("WeChat shows the message", () => told("appointment_booked"));

const one = { params: { path: { id: appointment.patient_id } } };
await step("the doctor sees this patient", async () => {
  const api = await staff.as("doctor_a");
  await eventually("the patient", async () => (await api.GET("/api/admin/v1/patients/{id}", one)).data);
});
await step("another doctor gets 404", async () => {
  const api = await staff.as("doctor_b");
  const answer = await refused(unwrap(api.GET("/api/admin/v1/patients/{id}", one)));
  expect(answer.status === 404 && answer.code === "not_found", "404", answer);
});
for (const [title, who] of [["the department head sees the department", "head"], ["the administrator sees all", "admin"]] as const) {
  await step(title, async () => {
    const api = await staff.as(who);
    const query = { session_id: appointment.session_id, page_size: 100 };
    const rows = await unwrap(api.GET("/api/admin/v1/appointments", { params: { query } }));
    expect(rows.results.some((row) => row.id === appointment.id), "the booking", rows.count);
    await unwrap(api.GET("/api/admin/v1/patients/{id}", one));
  });
}

expect((await shown("appointment_reminder")).length === 0, "no reminder before its time");
clock.set(1, 20); // not of what was booked a few hours ago
await step("the reminder arrives when the clock is moved", () => told("appointment_reminder", 150));

clock.set(2, 7, 30);
staff.forget();
const clerk = await staff.as("clerk");
const consulting = await staff.as("doctor_a");
const callNext = () =>
  unwrap(consulting.POST("/api/admin/v1/clinic-sessions/{id}/call-next", { params: { path: { id: session.id } } }));
const checkIn = (id: string) =>
  unwrap(clerk.POST("/api/admin/v1/appointments/{id}/check-in", { params: { path: { id } } }));
const waiting = { session_id: session.id, state: ["waiting" as const], page_size: 100 };
const left = await unwrap(consulting.GET("/api/admin/v1/queue-tickets", { params: { query: waiting } }));
for (const _ of left.results) await callNext(); // whom a former run left waiting
await step("two others walk in and are checked in before", async () => {
  for (const other of [new Patient(settings, phones, staff), new Patient(settings, phones, staff)]) {
    await other.beFiled(hospital);
    const free = await patient.freeSlot(session.id);
    const made = await unwrap(
      clerk.POST("/api/admin/v1/appointments", {
        params: { header: { "Idempotency-Key": intention() } },
        body: { patient_id: other.id, slot_id: free.id, kind: "same_day", source: "window", paid_at_counter: true },
      }),
    );
    await checkIn(made.id);
  }
});
await step("pay at the window", async () => {
  const params = { path: { id: appointment.id }, header: { "Idempotency-Key": intention() } };
  await unwrap(clerk.POST("/api/admin/v1/appointments/{id}/settle", { params }));
});
await step("check in at the window", () => checkIn(appointment.id));
await step("three wait: the appointment comes before the walk-ins", async () => {
  expect((await patient.position(appointment.id)) === 1, "position 1");
});
await step("a walk-in with chest pain is put first and called", async () => {
  const rows = await unwrap(consulting.GET("/api/admin/v1/queue-tickets", { params: { query: waiting } }));
  const other = rows.results.find((row) => row.appointment_id !== appointment.id);
  if (!other) throw new Error("nobody else waits");
  const params = { path: { id: other.id } };
  const body = { priority: "emergency", reason: "胸痛" };
  await unwrap(clerk.POST("/api/admin/v1/queue-tickets/{id}/prioritise", { params, body }));
  expect((await patient.position(appointment.id)) === 2, "position 2");
  expect((await callNext()).appointment_id === other.appointment_id, "the priority patient first");
  expect((await patient.position(appointment.id)) === 1, "position 1");
});
const ticket = await step("the patient is called", async () => {
  const called = await callNext();
  expect(called.appointment_id === appointment.id && called.state === "called", "this patient", called);
  return called;
});
await step("WeChat shows the call", () => told("queue_called"));
await step("the doctor sees the patient and finishes", async () => {
  const params = { path: { id: ticket.id } };
  await unwrap(consulting.POST("/api/admin/v1/queue-tickets/{id}/start", { params }));
  await unwrap(consulting.POST("/api/admin/v1/queue-tickets/{id}/finish", { params }));
});
await step("the record shows the visit", async () => {
  const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/appointments"));
  const found = rows.results.find((row) => row.id === appointment.id);
  expect(found?.state === "fulfilled", "fulfilled", found);
});

const today = await step("today's numbers of another doctor", async () => {
  const query = { department_id: department.id, date: clock.day() };
  const rows = await unwrap(patient.api.GET("/api/miniprogram/v1/booking/doctors", { params: { query } }));
  const other = present(rows.find((row) => row.id !== doctor.id && row.remaining > 0), "another doctor");
  return present(other.sessions.find((row) => row.remaining > 0), "a session");
});
const todaySlot = await patient.freeSlot(today.id);
const remaining = async () => (await patient.slots(today.id)).find((row) => row.id === todaySlot.id)?.remaining;
const held = await step("the number is held, not booked", async () => {
  const made = await patient.book(todaySlot.id, "same_day", intention());
  expect(made.state === "pending" && made.hold_expires_at !== null, "a hold", made);
  expect((await remaining()) === todaySlot.remaining - 1, "one number fewer");
  return made;
});
clock.set(2, 7, 47);
await step("unpaid after 15 minutes: the number is free again", async () => {
  const free = async () => ((await remaining()) === todaySlot.remaining ? true : undefined);
  await eventually("the number", free, 90);
  const params = { path: { id: held.id } };
  await eventually(
    "the hold to expire",
    async () => {
      const row = await unwrap(patient.api.GET("/api/miniprogram/v1/appointments/{id}", { params }));
      return row.state === "expired" ? true : undefined;
    },
    90,
  );
});
await hall({ clock, staff, patient, other: new Patient(settings, phones, staff), hospital, department: department.id, doctor: doctor.id });

const payer = new Patient(settings, phones, staff);
await step("a patient without a bound card pays nothing", async () => {
  await payer.beFiled(hospital);
  await payer.signIn();
  await refusedWith("card_required", unwrap(payer.api.GET("/api/miniprogram/v1/payment-orders")));
  await payer.bind(hospital);
});
const cashing = { clock, phones, staff, patient: payer, hospital, doctor: doctor.id };
await cashier(cashing, await paying(cashing));
finish();
