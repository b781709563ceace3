// SPDX-License-Identifier: MIT
/*
 * Driver for ports that cannot do anything special.
 */

#include <linux/module.h>
#include <port/port.h>

static int plain_probe(struct port *port)
{
	port->link_up = true;
	return 0;
}

static void plain_remove(struct port *port)
{
	port->link_up = false;
}

static struct port_driver plain_driver = {
	.name	= "plain",
	.model	= "plain",
	.probe	= plain_probe,
	.remove	= plain_remove,
};

static int __init plain_init(void)
{
	return port_driver_register(&plain_driver);
}

static void __exit plain_exit(void)
{
	port_driver_unregister(&plain_driver);
}

module_init(plain_init);
module_exit(plain_exit);

MODULE_DESCRIPTION("Plain ports");
MODULE_LICENSE("Dual MIT/GPL");
