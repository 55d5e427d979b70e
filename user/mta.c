/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which programs are mail servers or sendmail stand-ins, and which of theirs connects. */
#include "mta.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Paths of Debian 12 and 13, Red Hat, Arch and the projects' own installers. */
static const struct mta table[] = {
	{ .name = "Postfix",
		.main = { "/usr/lib/postfix/sbin/master", "/usr/libexec/postfix/master",
			"/usr/lib/postfix/bin/master", "/opt/zimbra/common/libexec/master" },
		.also = { "/usr/lib/postfix/", "/usr/libexec/postfix/", "/usr/sbin/postdrop",
			"/usr/sbin/postqueue", "/usr/sbin/sendmail.postfix",
			"/opt/zimbra/common/libexec/*" },
		.client = "smtp",
		.peer = "qmgr",
		.queues = true },
	{ .name = "Exim",
		.main = { "/usr/sbin/exim4", "/usr/sbin/exim", "/usr/bin/exim",
			"/usr/exim/bin/exim" },
		.also = { "/usr/exim/bin/exim-*", "/usr/local/exim/bin/exim*" },
		.queues = true },
	{ .name = "Sendmail",
		.main = { "/usr/libexec/sendmail/sendmail", "/usr/lib/sm.bin/sendmail",
			"/usr/sbin/sendmail.sendmail", "/usr/sbin/sendmail-mta" },
		.also = { "/usr/sbin/sendmail-msp" },
		.queues = true },
	{ .name = "OpenSMTPD",
		.main = { "/usr/sbin/smtpd", "/usr/bin/smtpd" },
		.also = { "/usr/sbin/smtpctl", "/usr/bin/smtp", "/usr/libexec/opensmtpd/" },
		.peer = "smtpd",
		.queues = true },
	{ .name = "qmail",
		.main = { "/var/qmail/bin/qmail-send" },
		.also = { "/var/qmail/bin/" },
		.client = "qmail-remote",
		.peer = "qmail-rspawn",
		.queues = true },
	{ .name = "Courier",
		.main = { "/usr/lib/courier/courier/courierd", "/usr/libexec/courier/courierd" },
		.also = { "/usr/lib/courier/courier/modules/", "/usr/libexec/courier/modules/",
			"/usr/sbin/courier" },
		.client = "modules/esmtp/courieresmtp",
		.peer = "courieresmtp",
		.queues = true },
	{ .name = "nullmailer",
		.main = { "/usr/sbin/nullmailer-send", "/usr/bin/nullmailer-send" },
		.also = { "/usr/lib/nullmailer/", "/usr/libexec/nullmailer/",
			"/usr/sbin/nullmailer-*", "/usr/bin/nullmailer-*" },
		.client = "/usr/lib/nullmailer/smtp",
		.queues = true },
	{ .name = "chasquid", .main = { "/usr/bin/chasquid" }, .queues = true },
	{ .name = "maddy", .main = { "/usr/bin/maddy", "/usr/local/bin/maddy" }, .queues = true },
	{ .name = "Stalwart",
		.main = { "/opt/stalwart*/bin/stalwart", "/opt/stalwart*/bin/stalwart-mail",
			"/usr/local/bin/stalwart", "/usr/local/bin/stalwart-mail" },
		.queues = true },
	{ .name = "KumoMTA", .main = { "/opt/kumomta/sbin/kumod" }, .queues = true },
	{ .name = "PowerMTA", .main = { "/usr/sbin/pmtad" }, .queues = true },
	{ .name = "Citadel", .main = { "/usr/sbin/citserver" }, .queues = true },
	{ .name = "masqmail", .main = { "/usr/sbin/masqmail" }, .queues = true },
	{ .name = "dma", .main = { "/usr/sbin/dma", "/usr/libexec/dma", "/usr/bin/dma" } },
	{ .name = "msmtp", .main = { "/usr/bin/msmtp", "/usr/local/bin/msmtp" } },
	{ .name = "ssmtp", .main = { "/usr/sbin/ssmtp", "/usr/bin/ssmtp" } },
	{ .name = "esmtp", .main = { "/usr/bin/esmtp" } },
	{ .name = "s-nail", .main = { "/usr/bin/s-nail", "/usr/bin/mailx" } },
	{ .name = "mailutils", .main = { "/usr/bin/mail.mailutils" } },
	{ .name = "sendmail",
		.main = { "/usr/sbin/sendmail", "/usr/lib/sendmail", "/usr/bin/sendmail" } },
};

#define COUNT (sizeof(table) / sizeof(table[0]))

static bool matches(const char *const *patterns, const char *path)
{
	for (size_t i = 0; i < MTA_PATHS && patterns[i]; i++) {
		size_t len = strlen(patterns[i]);

		if (patterns[i][len - 1] == '/' ? !strncmp(path, patterns[i], len)
						: !fnmatch(patterns[i], path, FNM_PATHNAME))
			return true;
	}
	return false;
}

/* What the kernel puts behind the path of a file that has been replaced since, as by an upgrade. */
size_t mta_exe_length(const char *exe)
{
	static const char mark[] = " (deleted)";
	size_t len = strlen(exe), n = sizeof(mark) - 1;

	return len > n && !strcmp(exe + len - n, mark) ? len - n : len;
}

const struct mta *mta_by_exe(const char *exe)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%.*s", (int)mta_exe_length(exe), exe);

	for (size_t i = 0; n >= 0 && (size_t)n < sizeof(path) && i < COUNT; i++)
		if (matches(table[i].main, path) || matches(table[i].also, path))
			return &table[i];
	return NULL;
}

const struct mta *mta_at(size_t i)
{
	return i < COUNT ? &table[i] : NULL;
}

bool mta_is_generic(const struct mta *m)
{
	return m == &table[COUNT - 1];
}

char *mta_client(const struct mta *m, const char *exe)
{
	const char *slash = strrchr(exe, '/');
	int dir = slash ? slash + 1 - exe : 0;
	char *path;

	if (!m->client || !matches(m->main, exe))
		return strdup(exe);
	if (m->client[0] == '/')
		return strdup(m->client);
	return asprintf(&path, "%.*s%s", dir, exe, m->client) < 0 ? NULL : path;
}
