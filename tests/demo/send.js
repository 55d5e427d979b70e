// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The demo's web application: it mails with Nodemailer. usage: node send.js HOST PORT
"use strict";
const nodemailer = require("/usr/share/nodejs/nodemailer");

const [host, port] = process.argv.slice(2);
const transport = nodemailer.createTransport({
	host, port: Number(port), connectionTimeout: 5000, greetingTimeout: 5000,
});
transport.sendMail({
	from: "shop@example.net", to: "bob@example.com", subject: "order (Nodemailer)", text: "Hello",
}).catch((e) => {
	console.error(`send.js: ${e.code}: ${e.message}`);
	process.exitCode = 1;
});
